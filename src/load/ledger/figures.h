/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own counters of a network namespace, taken at a moment and
 * subtracted: where datagrams are lost that no socket of ours counts. Each
 * counter is the whole namespace's, or the whole host's, and so counts what
 * others lose as well.
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

/* Which of the counters are meant: what the traffic does not touch tells of
 * others' only. */
struct figures_scope {
	bool loopback; /* of the devices "lo" alone; else all but that */
	bool v6;
};

/* NULL where this version of IP has none. */
const char *figure_name(enum figure f, bool v6);

/* The files of /proc/net that are read, each of its own form. */
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

/* Where figures come from: files and a socket that stay in the namespace they
 * were opened in, whoever reads them. Zeroed: nowhere. */
struct figures_source {
	bool open;
	struct figures_scope scope;
	int file[FIGURES_FILES]; /* -1: does not open */
	int qdisc;               /* -1: the same */
};

/* In the namespace that this thread is in. What does not open is left out;
 * where nothing does, -errno. */
int figures_open(struct figures_source *s, const struct figures_scope *scope);

/* Zeroed state is legal. */
void figures_close(struct figures_source *s);

/* What cannot be read is 0. */
void figures_read(const struct figures_source *s, struct figures *out);

/* end - start, and what is a state and no sum as it is in end. A counter that
 * went back, with its device, has not moved. */
struct figures figures_between(
	const struct figures *start, const struct figures *end);

/* Adds what a file says: for figures_read(), and for tests. */
void figures_parse(enum figures_file kind, FILE *f,
	const struct figures_scope *scope, struct figures *out);
