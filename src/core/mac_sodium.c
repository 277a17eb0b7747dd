/* SPDX-License-Identifier: MIT */
/* The only file that uses libsodium. */
#include "core/mac_algorithm.h"

#include <errno.h>
#include <sodium.h>

/* Makes the same secret a different key for other purposes. */
#define PURPOSE "udpmill queries, version 1"

bool mac_available(void)
{
	return true;
}

int mac_key_derive(struct mac_key *key, const uint8_t *secret, size_t bytes)
{
	static const uint8_t purpose[] = PURPOSE;

	if (sodium_init() < 0)
		return -ENOSYS;
	return crypto_generichash(key->bytes, sizeof(key->bytes), secret, bytes,
		       purpose, sizeof(purpose) - 1)
		       ? -EINVAL
		       : 0;
}

/* It can only fail for invalid lengths. */
void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes)
{
	(void)crypto_generichash(
		mac, MAC_BYTES, data, bytes, key->bytes, sizeof(key->bytes));
}
