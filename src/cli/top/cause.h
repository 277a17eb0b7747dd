/* SPDX-License-Identifier: MIT */
/* Which counters say that a datagram was not answered, by their names. */
#pragma once

enum cause {
	CAUSE_NONE,    /* not about that */
	CAUSE_REFUSED, /* by a rule of the server: harmless */
	CAUSE_DROPPED, /* lost, by the kernel or by the server */
};

/* Counters of other builds are recognised, too: names of one family begin
 * alike. */
enum cause cause_of(const char *name);
