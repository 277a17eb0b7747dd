/* SPDX-License-Identifier: MIT */
/* Windows by count: how far a thread has come in them. Private to load/. */
#pragma once

#include "load/load.h"

struct count_windows {
	uint64_t due; /* the position of the next mark; UINT64_MAX: none */
	uint32_t done;
	bool taking; /* a mark is due once no reply is left to be taken */
	struct load_mark begin; /* the counts at the start of the run */
	struct load_mark at[LOAD_MARKS];
};

/* Have all marks of the run been executed? */
static inline bool count_windows_over(const struct count_windows *w)
{
	return w->done == LOAD_MARKS;
}
