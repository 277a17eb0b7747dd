/* SPDX-License-Identifier: MIT */
/*
 * Message authentication: proves that the bytes were made by somebody with the
 * key. Keyed BLAKE2b (RFC 7693) from libsodium, which is optional
 * (mac_sodium.c, mac_none.c).
 */
#pragma once

#include "core/mac_algorithm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A secret has at least MAC_SECRET_LEAST bytes; as text at most
 * MAC_SECRET_MOST. */
#define MAC_SECRET_LEAST 32
#define MAC_SECRET_MOST  4096

/*
 * Makes a key from the content of a secret file: hexadecimal digits, ignoring
 * blanks and line ends, or else the bytes as they are. 0; -EMSGSIZE less than
 * MAC_SECRET_LEAST bytes, or more than MAC_SECRET_MOST of text; -EINVAL an odd
 * number of digits; -ENOSYS without libsodium.
 */
int mac_key_read(struct mac_key *key, const void *text, size_t bytes);

/* In constant time: the duration does not reveal how much of mac is right. */
bool mac_matches(const uint8_t mac[MAC_BYTES], const struct mac_key *key,
	const void *data, size_t bytes);
