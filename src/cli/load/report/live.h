/* SPDX-License-Identifier: MIT */
/*
 * The screen of a run that goes on: what it shows, and how that looks. State
 * and text, except for live_show() and live_end(), which print.
 */
#pragma once

#include "cli/print/lines.h"
#include "core/address.h"
#include "load/load.h"

#include <stdbool.h>
#include <stdint.h>

#define LIVE_PAST   256
#define LIVE_CAUSES 8

/* Of an interval, or of several: neighbours are joined when there is no more
 * room. */
struct live_past {
	double until_s;
	double rate;   /* a second */
	double p99_ns; /* NAN: not known */
};

struct live_cause {
	char name[LEDGER_NAME];
	const char *unit;
	uint64_t count;
};

struct live {
	/* Set by who begins. */
	char title[ADDRESS_TEXT + 80];
	bool replies;   /* they are expected */
	uint64_t count; /* datagrams that end the run; 0: none */
	/* Of a run that has parts: another line, and when this one began. */
	char part_label[LINES_LABEL];
	char part[160];
	double base_s;
	bool about; /* left_s is an estimate */

	/* Of the last interval. */
	bool begun;
	double elapsed_s, left_s;
	double sent, answered; /* a second */
	double sent_bytes, answered_bytes;
	double planned; /* a second; 0: no plan */
	bool warm_up;
	uint32_t step, steps;
	bool latency_known;
	uint64_t p50_ns, p90_ns, p99_ns, max_ns;
	bool over; /* the run is */

	/* Since the start. */
	bool lost_known;
	uint64_t sent_so_far, answered_so_far, lost_so_far;
	struct live_cause causes[LIVE_CAUSES];
	uint32_t cause_count;

	struct live_past past[LIVE_PAST];
	uint32_t past_count;
	double piece_s; /* what is shorter is joined to the one before */
};

/* Takes over what an interval says. */
void live_note(struct live *v, const struct load_interval *i);

/* Fills l, which is initialised, with no more than so many lines. */
void live_draw(const struct live *v, struct lines *l, unsigned rows);

/* Draws it on the terminal that standard error is. */
void live_show(const struct live *v);

/* The run is over: draws it for the last time, and leaves it there. */
void live_end(struct live *v);
