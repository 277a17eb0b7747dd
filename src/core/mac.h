/* SPDX-License-Identifier: MIT */
/*
 * Message authentication: who has the key made these bytes. Keyed BLAKE2b (RFC
 * 7693) by libsodium, which a build may be without (mac_sodium.c, mac_none.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_BYTES     32
#define MAC_KEY_BYTES 32

/* What a key is made from: at least so many bytes, at most so many of text. */
#define MAC_SECRET_LEAST 32
#define MAC_SECRET_MOST  4096

struct mac_key {
	uint8_t bytes[MAC_KEY_BYTES];
};

/* False: this build is without libsodium, makes no key, and matches nothing. */
bool mac_available(void);

/*
 * A key from what a file of secrets holds: text of hexadecimal digits, blanks
 * and line ends apart, or else the bytes as they are. 0; -EMSGSIZE less than
 * MAC_SECRET_LEAST bytes, or more than MAC_SECRET_MOST of text; -EINVAL an odd
 * number of digits; -ENOSYS without libsodium.
 */
int mac_key_read(struct mac_key *key, const void *text, size_t bytes);

void mac_make(uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);

/* In a time that does not tell how much of mac is right. */
bool mac_matches(const uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);

/* By the one file that knows the algorithm: mac_key_read()'s second half. */
int mac_key_derive(struct mac_key *key, const uint8_t *secret, size_t bytes);
