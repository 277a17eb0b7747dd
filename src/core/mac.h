/* SPDX-License-Identifier: MIT */
/*
 * Message authentication: who has the key made these bytes. Keyed BLAKE2b (RFC
 * 7693) by libsodium, which a build may be without (mac_sodium.c, mac_none.c).
 */
#pragma once

#include "core/mac_algorithm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a key is made from: at least so many bytes, at most so many of text. */
#define MAC_SECRET_LEAST 32
#define MAC_SECRET_MOST  4096

/*
 * A key from what a file of secrets holds: text of hexadecimal digits, blanks
 * and line ends apart, or else the bytes as they are. 0; -EMSGSIZE less than
 * MAC_SECRET_LEAST bytes, or more than MAC_SECRET_MOST of text; -EINVAL an odd
 * number of digits; -ENOSYS without libsodium.
 */
int mac_key_read(struct mac_key *key, const void *text, size_t bytes);

/* In a time that does not tell how much of mac is right. */
bool mac_matches(const uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);
