/* SPDX-License-Identifier: MIT */
/* The table of peers, against one that is searched from end to end. */
#include "backend/peers.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST  50
#define NAMES 120

static struct peers peers;
static enum peer_state states[NAMES]; /* PEER_FREE: unknown */
static uint32_t indices[NAMES];
static uint32_t parked; /* their indices are remembered by no name */

static union address name(unsigned i)
{
	union address a;
	char text[ADDRESS_TEXT];

	snprintf(text, sizeof(text),
		i % 2 ? "[2001:db8::%u]:%u" : "192.0.2.%u:%u", i / 8,
		4000 + i % 8);
	cr_assert(address_parse(&a, text) == 0);
	return a;
}

static void check(void)
{
	uint32_t known = 0;

	for (unsigned i = 0; i < NAMES; i++) {
		union address a = name(i);
		uint32_t index = peers_find(&peers, &a);

		if (states[i] == PEER_FREE) {
			cr_assert(index == PEER_NONE);
			continue;
		}
		cr_assert(index == indices[i]);
		cr_assert(peers.all[index].state == states[i]);
		known++;
	}
	cr_assert(known == peers.list[PEER_HELD].count +
				   peers.list[PEER_OPEN].count +
				   peers.list[PEER_APART].count);
	cr_assert(parked == peers.list[PEER_PARKED].count);
}

static void step(unsigned i, unsigned what)
{
	union address a = name(i);
	enum peer_state to = what % PEER_STATES;

	if (states[i] == PEER_FREE) {
		indices[i] = peers_add(&peers, &a);
		if (indices[i] != PEER_NONE)
			states[i] = PEER_HELD;
		else
			cr_assert(peers.list[PEER_FREE].count == 0);
	} else {
		peers_move(&peers, indices[i], to);
		parked += to == PEER_PARKED;
		states[i] = to == PEER_PARKED ? PEER_FREE : to;
	}
	if (what % 7 == 0 && parked > 0) {
		peers_move(&peers, peers_first(&peers, PEER_PARKED), PEER_FREE);
		parked--;
	}
}

static bool refuses;

/* In place of the C library's. */
ssize_t getrandom(void *to, size_t bytes, unsigned flags)
{
	if (refuses) {
		errno = EPERM;
		return -1;
	}
	return syscall(SYS_getrandom, to, bytes, flags);
}

Test(peers, leaves_zeroed_state_if_it_fails)
{
	struct peers none = {0}, p = {0};

	refuses = true;
	cr_assert(peers_init(&p, 4) == -EPERM);
	refuses = false;
	cr_assert(memcmp(&p, &none, sizeof(p)) == 0);
}

Test(peers, are_found_whatever_becomes_of_them)
{
	unsigned seed = 1;

	cr_assert(peers_init(&peers, MOST) == 0);
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		step((seed >> 16) % NAMES, seed >> 20);
		if (i % 16 == 0)
			check();
	}
	peers_fini(&peers);
}

Test(peers, leave_in_the_order_in_which_they_were_used)
{
	uint32_t index[4];

	cr_assert(peers_init(&peers, MOST) == 0);
	for (unsigned i = 0; i < 4; i++) {
		union address a = name(i);

		index[i] = peers_add(&peers, &a);
		peers_move(&peers, index[i], PEER_OPEN);
	}
	peers_move(&peers, index[0], PEER_OPEN);
	peers_move(&peers, index[2], PEER_OPEN);
	cr_assert(peers_first(&peers, PEER_OPEN) == index[1]);
	peers_move(&peers, index[1], PEER_PARKED);
	cr_assert(peers_first(&peers, PEER_OPEN) == index[3]);
	peers_fini(&peers);
}

Test(peers, of_a_table_that_is_full_are_refused)
{
	cr_assert(peers_init(&peers, 3) == 0);
	for (unsigned i = 0; i < 5; i++) {
		union address a = name(i);

		cr_assert((peers_add(&peers, &a) == PEER_NONE) == (i >= 3));
	}
	peers_fini(&peers);
	peers_fini(&peers); /* zeroed state */
}
