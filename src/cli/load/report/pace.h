/* SPDX-License-Identifier: MIT */
/* An open loop: its plan, and how well it was kept. */
#pragma once

#include "cli/load/said.h"

#include <stdio.h>

/* Who times the departures of a plan: client, fq or etf. */
const char *load_timed_by(const struct load_config *c);

/* LOAD_PACED: the number of datagrams that the plan has in the window. */
double load_planned(const struct load_options *o, const struct load_result *r);

/* LOAD_PACED: the share of the departures due in the window that left complete;
 * and were those all, except for what the end of the run may cut off? */
#define LOAD_KEPT_LEAST 0.99
double load_kept(const struct load_options *o, const struct load_result *r);
bool load_kept_up(const struct load_options *o, const struct load_result *r);

/* LOAD_PACED: datagrams that were due but never left. */
uint64_t load_not_sent(
	const struct load_options *o, const struct load_result *r);

/* The plan, as part of a line, and how well it was kept, as lines. Colour: see
 * style.h. */
void load_print_pace(FILE *out, const struct load_config *c);
void load_print_kept(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);
