/* SPDX-License-Identifier: MIT */
/* An open loop: its plan, and how that was kept. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/* Who lets a departure of a plan go: client, fq or etf. */
const char *load_timed_by(const struct load_config *c);

/* LOAD_PACED: datagrams that the plan has in the window. */
double load_planned(const struct load_options *o, const struct load_result *r);

/* LOAD_PACED: of the whole departures that were due in the window, the part
 * that left; and was that all, but for what an end may cut off? */
#define LOAD_KEPT_LEAST 0.99
double load_kept(const struct load_options *o, const struct load_result *r);
bool load_kept_up(const struct load_options *o, const struct load_result *r);

/* LOAD_PACED: datagrams that were due and never left. */
uint64_t load_not_sent(
	const struct load_options *o, const struct load_result *r);

/* The plan, as part of a line; and how it was kept, in lines. Colour: see
 * style.h. */
void load_print_pace(FILE *out, const struct load_config *c);
void load_print_kept(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);
