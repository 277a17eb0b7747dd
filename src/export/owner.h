/* SPDX-License-Identifier: MIT */
/*
 * Which user's socket has an address, according to the kernel (/proc/net/udp
 * and udp6) in the calling thread's network namespace. This verifies a
 * segment's claim to an address.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct owner_socket {
	uint8_t host[16]; /* IPv4 is v4-mapped */
	uint16_t port;
	uid_t owner;
};

struct owners {
	struct owner_socket *sockets; /* sorted, without duplicates */
	size_t count, room;
	uint64_t netns;
	unsigned reads; /* how often the kernel's tables were read */
};

/* Reads the tables. 0 or -errno: -ENOENT without /proc. Call owners_close in
 * either case. */
int owners_open(struct owners *o);
void owners_close(struct owners *o); /* zeroed state is legal */

/* The user who has bound a socket to exactly this address: 0, -ENOENT, or
 * -EEXIST if several users have. */
int owners_find(const struct owners *o, const union address *a, uid_t *owner);

/* The user whose socket receives what is sent to this address. Returns the
 * same. */
int owners_receiver(
	const struct owners *o, const union address *a, uid_t *owner);

/*
 * Is it this owner's socket, and nobody else's? The kernel's tables cannot be
 * read atomically: a socket may be missing because another one was closed
 * meanwhile. So they are reread a few times before the answer is no.
 */
bool owners_has_bound(struct owners *o, const union address *a, uid_t owner);
bool owners_receives(struct owners *o, const union address *a, uid_t owner);
