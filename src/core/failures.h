/* SPDX-License-Identifier: MIT */
/*
 * What a loop should do when its system call fails. Errors reported by the
 * network are passed over; errors that cannot go away end the loop at once; all
 * others may be temporary, and are retried a few times with pauses, so that no
 * loop runs for ever, and none at full speed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Consecutive failures before the end; with pauses a fifth of a second. */
#define FAILURES_MAX      20
#define FAILURES_PAUSE_NS 10000000
/* Consecutive network errors before they too cause a pause. */
#define FAILURES_REPORTS 64

struct failures {
	bool worked; /* the call has succeeded once, or has found nothing */
	uint32_t in_a_row;
};

enum failures_verdict {
	FAILURES_PASS,  /* go on */
	FAILURES_PAUSE, /* go on after FAILURES_PAUSE_NS */
	FAILURES_END,   /* going on is pointless */
};

/* The call succeeded, or found nothing. */
static inline void failures_none(struct failures *f)
{
	f->worked = true;
	f->in_a_row = 0;
}

/*
 * The call failed with error, an errno other than EAGAIN. A call that has never
 * worked is not retried, unless it was interrupted: that passes, but a seccomp
 * filter may say EINTR for ever.
 */
enum failures_verdict failures_judge(struct failures *f, int error);

/* Is it an error that a host or router reported (ICMP), or the state of a route
 * or device? error: an errno. */
bool failure_is_of_network(int error);

/* A hint at cause and remedy of an errno: a clause that begins with "; ", or
 * "". */
const char *failure_advice(int error);
