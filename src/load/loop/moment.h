/* SPDX-License-Identifier: MIT */
/* A snapshot of a run's figures, of client and server. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* Everything that is reported as a difference between two moments. */
struct moment {
	uint64_t at_ns;
	struct load_counts counts;
	struct load_server server;
	double busy_ns; /* non-idle time of all CPUs; 0: unknown */
	struct load_cpu cpu;
	int server_error;
};

void moment_take(struct load *l, enum load_look look, struct moment *m);

/* The counts of all threads so far. */
struct load_counts load_count_all(const struct load *l);

/* Calls load_hooks.server; -ENOENT if there is none. */
int load_look_at_server(
	struct load *l, enum load_look look, struct load_server *out);

/* What happened between two moments. */
struct load_counts load_counts_between(
	const struct load_counts *a, const struct load_counts *b);

struct load_server load_server_between(
	const struct load_server *a, const struct load_server *b);

/* The shortest round trip of any thread; UINT64_MAX: no reply yet. */
uint64_t load_least_rtt(const struct load *l);

/* The longest time that any thread currently waits for a reply. */
uint64_t load_timeout(const struct load *l);

/* Updates l->presence with the counts since begin. server: its counters now, or
 * the last ones seen. */
void load_look_for_peer(struct load *l, const struct moment *begin,
	const struct load_counts *now, const struct load_server *server);

/* The interval at which a run's progress is checked. */
#define LOAD_TICK_NS 20000000u

/* Less than a second. */
void load_sleep(uint64_t ns);
