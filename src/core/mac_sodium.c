/* SPDX-License-Identifier: MIT */
/* The only file that knows libsodium. */
#include "core/mac_algorithm.h"

#include <errno.h>
#include <sodium.h>

/* So that the same secret, used elsewhere, is another key there. */
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

/* It fails for lengths that are none of its own only. */
void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes)
{
	(void)crypto_generichash(
		mac, MAC_BYTES, data, bytes, key->bytes, sizeof(key->bytes));
}
