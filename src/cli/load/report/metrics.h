/* SPDX-License-Identifier: MIT */
/*
 * --metrics of `udpmill load`: what a run has come to so far, for scrapers.
 * Asks nothing of the threads that make the load: it reads what they publish
 * anyway, and what the last interval said.
 */
#pragma once

#include "cli/load/said.h"
#include "metrics/endpoint.h"

struct load_metrics;

/* Binds, if the options ask for it, and sets o->metrics_url; before any thread
 * is started. *out is NULL if they do not. 0; or -errno and one line in why. */
int load_metrics_bind(struct load_metrics **out, struct load_options *o,
	char *why, size_t why_bytes);

/* Answers from now on, until load_metrics_close(), which comes before
 * load_close(). m may be NULL. 0; or -errno and one line in why. */
int load_metrics_start(struct load_metrics *m, const struct load *load,
	char *why, size_t why_bytes);

/* After each interval. m may be NULL. */
void load_metrics_note(struct load_metrics *m, const struct load_interval *i);

/* NULL is legal. */
void load_metrics_close(struct load_metrics *m);
