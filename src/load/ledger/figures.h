/* SPDX-License-Identifier: MIT */
/*
 * The kernel's counters of a network namespace, read before and after a run and
 * subtracted: they show losses that no socket of ours counts. Each covers the
 * whole namespace or the whole host, and so includes losses of other traffic.
 */
#pragma once

#include "core/address.h"
#include "net/netns.h"

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
	int qdisc; /* of qdisc_open(), for devices too; -1: the same */
};

/* Opens the counters of this thread's namespace. Files that do not open are
 * left out. 0; -errno if none opens. */
int figures_open(struct figures_source *s, const struct figures_scope *scope);

/*
 * Opens the counters at both ends of the way to remote: near of this thread's
 * namespace, and far of the server's, if that is another and may be entered
 * (another user's only by root; without it, far is not open and the report
 * lacks the server's kernel counters). server_netns may be NULL. 0; or -errno
 * and one line in why.
 */
int figures_open_both(struct figures_source *near, struct figures_source *far,
	const union address *remote, const struct netns *server_netns,
	char *why, size_t why_bytes);

/* Zeroed state is legal. */
void figures_close(struct figures_source *s);

/* Counters that cannot be read are 0. */
void figures_read(const struct figures_source *s, struct figures *out);

/* A stream with the present text of one of its files, for fclose(). NULL: the
 * file cannot be read, or is not about this version of IP. */
FILE *figures_stream(const struct figures_source *s, enum figures_file kind);

/* Returns end - start; for a state that is no sum, end's value. 0 for a counter
 * that went back, as when its device went away. */
struct figures figures_between(
	const struct figures *start, const struct figures *end);

/* Adds the counters in a file: for figures_read() and for tests. */
void figures_parse(enum figures_file kind, FILE *f,
	const struct figures_scope *scope, struct figures *out);
