/* SPDX-License-Identifier: MIT */
/* A trial of --find-capacity, and how it is reported. */
#pragma once

#include "load/load.h"
#include "load/traffic/search.h"

#include <jansson.h>

struct load_trial {
	double rate, sent_rate, loss;
	uint64_t sent, lost, p50_ns, p99_ns, trains_refused;
	enum search_outcome outcome;
	bool balances;
	const char *cause; /* what dropped the most; NULL: nothing did */
	double server_ns;  /* CPU time per datagram; 0: not known */
};

/* A line on standard error. */
void load_trial_print(const struct load_trial *t, unsigned number);

/* A new reference. */
json_t *load_trial_json(
	const struct load_trial *t, const struct load_result *r);
