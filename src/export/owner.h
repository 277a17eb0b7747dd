/* SPDX-License-Identifier: MIT */
/*
 * Whose socket an address is, by the kernel's word (/proc/net/udp and udp6), in
 * the network namespace of the calling thread. What a segment claims of an
 * address is proved by it.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct owner_socket {
	uint8_t host[16]; /* IPv4 as v4-mapped */
	uint16_t port;
	uid_t owner;
};

struct owners {
	struct owner_socket *sockets; /* sorted, none twice */
	size_t count, room;
	uint64_t netns;
	unsigned reads; /* of the kernel's tables */
};

/* 0 or -errno; owners_close is due in either case. Without a /proc nothing is
 * known: -ENOENT. */
int owners_open(struct owners *o);
void owners_close(struct owners *o); /* zeroed state is legal */

/* Who has bound a socket to just this address: 0, -ENOENT, or -EEXIST where
 * several users have. */
int owners_find(const struct owners *o, const union address *a, uid_t *owner);

/* Whose socket receives what is sent to this address: as above. */
int owners_receiver(
	const struct owners *o, const union address *a, uid_t *owner);

/*
 * Is that so, for this owner's socket and nobody else's? The kernel's tables
 * are not read in one step: a socket may be missing because another one was
 * closed meanwhile. So they are read again, a few times in all, before the
 * answer is no.
 */
bool owners_has_bound(struct owners *o, const union address *a, uid_t owner);
bool owners_receives(struct owners *o, const union address *a, uid_t owner);
