/* SPDX-License-Identifier: MIT */
/* Replaces mac_sodium.c in a build without libsodium. */
#include "core/mac_algorithm.h"

#include <errno.h>
#include <string.h>

bool mac_available(void)
{
	return false;
}

int mac_key_derive(struct mac_key *key, const uint8_t *secret, size_t bytes)
{
	(void)secret;
	(void)bytes;
	memset(key, 0, sizeof(*key));
	return -ENOSYS;
}

void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes)
{
	(void)key;
	(void)data;
	(void)bytes;
	memset(mac, 0, MAC_BYTES);
}
