/* SPDX-License-Identifier: MIT */
/* The algorithm behind mac.h, and what a build without it says in its place
 * (mac_sodium.c, mac_none.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_BYTES     32
#define MAC_KEY_BYTES 32

struct mac_key {
	uint8_t bytes[MAC_KEY_BYTES];
};

/* False: this build is without libsodium, makes no key, and matches nothing. */
bool mac_available(void);

void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);

/* mac_key_read()'s second half. */
int mac_key_derive(struct mac_key *key, const uint8_t *secret, size_t bytes);
