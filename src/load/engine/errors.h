/* SPDX-License-Identifier: MIT */
/*
 * ICMP errors that an engine met while it looked for something else: in an
 * error queue that it read for completions, or by a send that it repeated. The
 * kernel tells a socket of each only once, so that they are kept until the
 * generator asks.
 */
#pragma once

#include "load/engine/engine.h"

/* Of one socket. */
struct errors {
	int next;                   /* returned by the next recv; 0: none */
	struct engine_reports kept; /* part of the next reports() */
};

/* error: an errno that ICMP caused. */
void errors_note(struct errors *e, int error);

/* Adds what is kept to out, and forgets it. */
void errors_report(struct errors *e, struct engine_reports *out);
