/* SPDX-License-Identifier: MIT */
/* The algorithm behind mac.h (mac_sodium.c), or its replacement in a build
 * without it (mac_none.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_BYTES     32
#define MAC_KEY_BYTES 32

struct mac_key {
	uint8_t bytes[MAC_KEY_BYTES];
};

/* False: built without libsodium; no key can be made, and nothing matches. */
bool mac_available(void);

void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);

/* Makes the key from the secret bytes. 0 or -ENOSYS. */
int mac_key_derive(struct mac_key *key, const uint8_t *secret, size_t bytes);
