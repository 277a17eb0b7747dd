/* SPDX-License-Identifier: MIT */
/*
 * The kernel's counters of a network namespace, read before and after a run and
 * subtracted: they show losses that no socket of ours counts. Each covers the
 * whole namespace or the whole host, and so includes losses of other traffic.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum figure {
#define FIGURE(id, v4, v6) FIGURE_##id,
#include "load/ledger/figures.def"
#undef FIGURE
	FIGURES
};

struct figures {
	uint64_t v[FIGURES];
};

/* Which counters to read: those that this traffic cannot touch would only count
 * other traffic. */
struct figures_scope {
	bool loopback; /* only the device "lo"; else all others */
	bool v6;
};

/* The counter's name; NULL if this version of IP has none. */
const char *figure_name(enum figure f, bool v6);

/* The files of /proc/net that are read, each in its own format. */
enum figures_file {
	FIGURES_SNMP,
	FIGURES_NETSTAT,
	FIGURES_SNMP6,
	FIGURES_DEV,
	FIGURES_SOFTNET,
	FIGURES_ARP,
	FIGURES_NDISC,
	FIGURES_FILES
};

/* Open files and a socket that read one namespace, the one they were opened in,
 * from any thread. Zeroed: none. */
struct figures_source {
	bool open;
	struct figures_scope scope;
	int file[FIGURES_FILES]; /* -1: could not be opened */
	int qdisc;               /* -1: the same */
};

/* Opens the counters of this thread's namespace. Files that do not open are
 * left out. 0; -errno if none opens. */
int figures_open(struct figures_source *s, const struct figures_scope *scope);

/* Zeroed state is legal. */
void figures_close(struct figures_source *s);

/* Counters that cannot be read are 0. */
void figures_read(const struct figures_source *s, struct figures *out);

/* Returns end - start; for a state that is no sum, end's value. 0 for a counter
 * that went back, as when its device went away. */
struct figures figures_between(
	const struct figures *start, const struct figures *end);

/* Adds the counters in a file: for figures_read() and for tests. */
void figures_parse(enum figures_file kind, FILE *f,
	const struct figures_scope *scope, struct figures *out);
