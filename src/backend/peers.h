/* SPDX-License-Identifier: MIT */
/*
 * The peers that have a socket of their own, by address and by age: a hash
 * table and a list for each state. Makes no system call.
 */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

#define PEER_NONE UINT32_MAX

enum peer_state {
	PEER_FREE,
	PEER_HELD,   /* connected, and not read yet: see connected.c */
	PEER_OPEN,   /* least recently used first */
	PEER_APART,  /* has no socket, and shall have none: served as others */
	PEER_PARKED, /* gets nothing more; to be closed. Not in the table */
	PEER_STATES,
};

struct peer {
	union address address;
	int fd; /* -1: none */
	enum peer_state state;
	uint32_t before, behind; /* in the list of its state */
	uint32_t chain;          /* the next of its bucket */
	uint32_t drops, queued;  /* of its socket, when last looked at */
	uint64_t since_ns;       /* last used; parked */
	uint64_t release_at;     /* held: until so many came otherwise */
};

struct peers {
	struct peer *all;
	uint32_t most;
	uint32_t *buckets;
	uint32_t mask;
	uint64_t secret[2];
	struct {
		uint32_t first, last, count;
	} list[PEER_STATES];
};

/* Room for most peers; touches only what is used. 0; or -errno, and
 * zeroed state. peers_fini() is legal on that, too. */
int peers_init(struct peers *p, uint32_t most);
void peers_fini(struct peers *p);

/* The index of a peer in the table, or PEER_NONE. */
uint32_t peers_find(const struct peers *p, const union address *address);

/* Adds a peer that is not in the table to the end of PEER_HELD, without a
 * socket. Its index, or PEER_NONE if there is no room. */
uint32_t peers_add(struct peers *p, const union address *address);

/* To the end of that state's list. The address of one that is parked or free
 * may be added again. */
void peers_move(struct peers *p, uint32_t index, enum peer_state state);

static inline uint32_t peers_first(const struct peers *p, enum peer_state state)
{
	return p->list[state].first;
}
