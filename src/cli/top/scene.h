/* SPDX-License-Identifier: MIT */
/* What a drawing is made of. */
#pragma once

#include "cli/top/view.h"

struct scene {
	const struct view *view;
	const struct watchlist *list;
	const char *host; /* printable */
	uint64_t wall_ns; /* CLOCK_REALTIME */
};
