/* SPDX-License-Identifier: MIT */
/* What `udpmill load` says: as it goes, and at its end. */
#pragma once

#include "cli/load/options.h"

#include <jansson.h>
#include <stdio.h>

const char *load_mode_name(enum load_mode mode);
const char *load_content_name(enum content_kind kind);
const char *load_replies_name(enum load_replies replies);
const char *load_ecn_name(uint8_t tos);

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

/* Colour: see style.h. */
void load_print_text(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);

/* Schema udpmill.load/1; intervals is consumed. 0 or -errno. */
int load_print_json(FILE *out, const struct load_options *o,
	const struct load_result *r, json_t *intervals, int argc, char **argv);

/* One line of an interval, without its end. */
void load_print_interval(FILE *out, const struct load_interval *i);

/* The same with the time that is left: for a line that is written over. */
void load_print_progress(FILE *out, const struct load_interval *i);

/* Did nothing arrive, since everything was too long for the path? */
bool load_nothing_fits(const struct load_result *r);

/* Why not, as part of a sentence. */
void load_print_limit(
	FILE *out, const struct load_options *o, const struct load_result *r);

/* Parts of both reports, for others of this verb. */
void load_print_trains(
	FILE *out, const struct load_options *o, const struct load_result *r);
void load_print_sends(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);
json_t *load_sends_json(
	const struct load_options *o, const struct load_result *r);
void load_print_head(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);
void load_print_pace(FILE *out, const struct load_config *c);
void load_print_kept(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour);
void load_print_ledger(FILE *out, const struct load_result *r, bool colour);
void load_print_checks(FILE *out, const struct load_result *r, bool colour);
json_t *load_argv_json(int argc, char **argv);
json_t *load_config_json(
	const struct load_options *o, const struct load_result *r);
json_t *load_environment_json(const struct load_options *o);
json_t *latency_json(const struct histogram *h);
json_t *load_ledger_json(const struct load_result *r);

/* An interval for load_print_json(). A new reference. */
json_t *load_interval_json(const struct load_interval *i);
