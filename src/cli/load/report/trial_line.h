/* SPDX-License-Identifier: MIT */
/* What a trial of --find-capacity was like, in a line for a person, or two if
 * one would be wider than a terminal. */
#pragma once

#include "load/load.h"
#include "load/traffic/search.h"

#include <stdbool.h>
#include <stdint.h>

#define TRIAL_LINE_ROOM 256

struct load_trial {
	double rate, sent_rate, loss;
	uint64_t sent, lost, p50_ns, p99_ns, trains_refused;
	enum search_outcome outcome;
	bool balances;
	const char *cause; /* what dropped the most; NULL: nothing did */
	double server_ns;  /* CPU time per datagram; 0: not known */
};

const char *load_trial_outcome(enum search_outcome o);

/* With a line feed at the end. */
void load_trial_line(
	const struct load_trial *t, unsigned number, char out[TRIAL_LINE_ROOM]);
