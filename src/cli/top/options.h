/* SPDX-License-Identifier: MIT */
/* The command line of `udpmill top`. */
#pragma once

#include "cli/top/column.h"
#include "cli/top/watchlist.h"

#define TOP_WANTED_MOST 64

struct top_options {
	uint64_t interval_ns;
	enum column sort;
	struct wanted wanted[TOP_WANTED_MOST];
	size_t wanted_count; /* 0: all servers of this host */
};

/* Prints and exits if the command line cannot be parsed. */
void top_options_parse(struct top_options *o, int argc, char **argv);
