/* SPDX-License-Identifier: MIT */
/*
 * Whether a thread polls for the next datagram, or sleeps until it comes.
 *
 * With a limit, it polls up to that long after the last datagram, and then
 * sleeps. It learns whether polling pays from whether it did: a spin that fails
 * postpones the next one, by twice as many sleeps as the failure before, up to
 * SPIN_REST_MOST; a spin that succeeds ends that. So where datagrams come less
 * often than the limit, or the sender needs this CPU, nearly every wait is a
 * sleep; and after SPIN_REST_MOST datagrams it is known that they come more
 * often again.
 *
 * The caller tells what its receives brought, and reads the clock only after
 * those that did not wait and brought nothing. Belongs to one thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SPIN_ALWAYS    UINT64_MAX
#define SPIN_REST_MOST 1024u

struct spin {
	uint64_t most_ns; /* the limit; 0: none, or no spinning at all */
	uint64_t end_ns;  /* of the present spin; 0: none has begun */
	uint32_t sleeps;  /* waits by sleep before the next spin */
	uint32_t rest;    /* as many, after the last failure; 0: it succeeded */
};

/* The limit of what spin_init() is given; 0: there is none. */
static inline uint64_t spin_limit_ns(uint64_t spin_ns)
{
	return spin_ns == SPIN_ALWAYS ? 0 : spin_ns;
}

/* spin_ns: the limit; 0: no spinning; SPIN_ALWAYS: no sleeping. */
static inline void spin_init(struct spin *s, uint64_t spin_ns)
{
	*s = (struct spin){
		.most_ns = spin_limit_ns(spin_ns),
		.sleeps = spin_ns == 0,
	};
}

/* Shall the next receive wait? */
static inline bool spin_sleeps(const struct spin *s)
{
	return s->sleeps > 0;
}

/* With a limit: after a receive that brought something. Returns true if this
 * ended a spin. */
bool spin_came(struct spin *s);

/* With a limit: after a receive that did not wait and brought nothing. Returns
 * true if the spin has failed. */
bool spin_nothing(struct spin *s, uint64_t now_ns);
