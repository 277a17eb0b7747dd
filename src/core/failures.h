/* SPDX-License-Identifier: MIT */
/*
 * What is to become of a loop whose system call failed. What the network
 * reported passes; what cannot change ends the loop at once; all else may be a
 * passing want, and is tried again a few times with a pause in between, so that
 * no loop goes round for ever, and none at full speed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* So many failures in a row, with pauses: a fifth of a second. */
#define FAILURES_MAX      20
#define FAILURES_PAUSE_NS 10000000
/* Reports of the network in a row before they too get a pause. */
#define FAILURES_REPORTS 64

struct failures {
	bool worked; /* the call has succeeded once, or found nothing */
	uint32_t in_a_row;
};

enum failures_verdict {
	FAILURES_PASS,  /* go on */
	FAILURES_PAUSE, /* go on after FAILURES_PAUSE_NS */
	FAILURES_END,   /* going on is pointless */
};

/* The call succeeded, or there was nothing to be had. */
static inline void failures_none(struct failures *f)
{
	f->worked = true;
	f->in_a_row = 0;
}

/*
 * The call failed with error, an errno that is not EAGAIN or EINTR. A call that
 * has never worked is not tried again.
 */
enum failures_verdict failures_judge(struct failures *f, int error);

/* What can be done about it: a clause that begins with "; ", or "". */
const char *failure_advice(int error);
