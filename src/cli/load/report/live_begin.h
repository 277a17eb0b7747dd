/* SPDX-License-Identifier: MIT */
/* What the screen of each kind of run says about it. */
#pragma once

#include "cli/load/report/live.h"
#include "cli/load/said.h"
#include "load/stages/stages.h"
#include "load/traffic/search.h"

/* Of any run. */
void load_live_begin(struct live *v, const struct load_options *o);

/* Of --stages: takes over how far it is, and the latest latencies. */
void load_live_stages(struct live *v, const struct stages_progress *p,
	const struct histogram *latency);

/* Of --find-capacity: the next trial begins at_s after the first one, and
 * number are done. */
void load_live_trial(
	struct live *v, const struct search *s, unsigned number, double at_s);

/* After each live_note() of a trial, which knows only of the trial. */
void load_live_search_left(struct live *v, const struct load_options *o,
	const struct search *s, unsigned number);
