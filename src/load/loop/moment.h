/* SPDX-License-Identifier: MIT */
/* A run's figures at a moment, of both sides. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* Everything that is told as a difference, at one moment. */
struct moment {
	uint64_t at_ns;
	struct load_counts counts;
	struct load_server server;
	double busy_ns; /* all CPUs' time that was not idle; 0: unknown */
	struct load_cpu cpu;
	int server_error;
};

void moment_take(struct load *l, enum load_look look, struct moment *m);

/* What all threads have counted so far. */
struct load_counts load_count_all(const struct load *l);

/* As load_hooks.server; -ENOENT where there is none. */
int load_look_at_server(
	struct load *l, enum load_look look, struct load_server *out);

/* The shortest round trip that any thread saw; UINT64_MAX: none saw one. */
uint64_t load_least_rtt(const struct load *l);

/* The longest that any thread waits for a reply now. */
uint64_t load_timeout(const struct load *l);

/* Tells l->presence what was counted since begin. server: as of now, or what
 * was last seen of it. */
void load_look_for_peer(struct load *l, const struct moment *begin,
	const struct load_counts *now, const struct load_server *server);

/* Who waits for a run to go on looks so often. */
void load_sleep_tick(void);
