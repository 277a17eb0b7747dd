/* SPDX-License-Identifier: MIT */
#include "load/stress/rows.h"

#include "core/clock.h"
#include "load/stress/settle.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void look_all(struct stress_lab *lab)
{
	struct lab_moment *m = &lab->now;

	counts_read(&lab->near, &m->near_counts);
	counts_read(&lab->far, &m->far_counts);
	figures_read(&lab->near, &m->near);
	figures_read(&lab->far, &m->far);
	(void)lab_look(lab, LOOK_MUST);
	m->at_ns = clock_ns();
}

static void add_row(struct stress_lab *lab, const char *name, const char *rule)
{
	struct stress_result *r = lab->result;

	lab->row = r->count < STRESS_ROWS ? &r->rows[r->count++] : &lab->spare;
	*lab->row = (struct stress_row){
		.stress = lab->stress,
		.name = name,
		.rule = rule,
		.digest = 0xcbf29ce484222325u,
	};
}

struct stress_row *lab_begin(
	struct stress_lab *lab, const char *name, const char *rule)
{
	add_row(lab, name, rule);
	lab->numbered = 0;
	memset(lab->seen, 0, sizeof(lab->seen));
	memset(lab->asked, 0, sizeof(lab->asked));
	lab->controls_out = 0;
	lab_await_even(lab);
	look_all(lab);
	lab->start = lab->now;
	return lab->row;
}

static void judge_all(struct stress_lab *lab)
{
	struct stress_row *row = lab->row;

	if (row->wrong)
		lab_judge(lab, STRESS_FAILED, "%llu answers were wrong",
			(unsigned long long)row->wrong);
	if (lab->result->server_gone)
		lab_judge(lab, STRESS_FAILED, "the server has ended");
	lab->result->verdicts[row->verdict]++;
}

void lab_end(struct stress_lab *lab)
{
	const struct lab_moment *from = &lab->start, *to = &lab->now;
	struct stress_row *row = lab->row;

	look_all(lab);
	row->seconds = (double)(to->at_ns - from->at_ns) / 1e9;
	row->near_count = counts_between(
		row->near, STRESS_MOVED, &from->near_counts, &to->near_counts);
	row->far_count = counts_between(
		row->far, STRESS_MOVED, &from->far_counts, &to->far_counts);
	row->server_seen = !from->server_error && !to->server_error;
	if (row->server_seen)
		ledger_server_difference(&row->server, &from->server.counters,
			&to->server.counters);
	judge_all(lab);
	lab->result->digest =
		(lab->result->digest ^ row->digest) * 0x100000001b3u;
	if (lab->config->progress)
		lab->config->progress(lab->config->arg, row, true);
}

void lab_skip(struct stress_lab *lab, const char *name, const char *format, ...)
{
	va_list ap;

	add_row(lab, name, NULL);
	lab->row->verdict = STRESS_SKIPPED;
	lab->row->digest = 0;
	va_start(ap, format);
	vsnprintf(lab->row->why, sizeof(lab->row->why), format, ap);
	va_end(ap);
	lab->result->verdicts[STRESS_SKIPPED]++;
	if (lab->config->progress)
		lab->config->progress(lab->config->arg, lab->row, true);
}
