/* SPDX-License-Identifier: MIT */
/*
 * All IP, ICMP and UDP counters of a network namespace, under the names of
 * nstat(8), and the host's backlog drops: they show what the stack did with any
 * packet. figures.h has only those that explain a loss.
 */
#pragma once

#include "load/ledger/figures.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define COUNT_NAME 40
#define COUNTS_MAX 256

struct count {
	char name[COUNT_NAME];
	uint64_t value;
};

struct counts {
	struct count list[COUNTS_MAX];
	size_t n;
};

/* Reads all of them from the files that are open there. */
void counts_read(const struct figures_source *s, struct counts *out);

/* Writes the counters that have gone up, at most room of them: end - start by
 * name, in end's order; one missing in start counts as 0 there. Returns how
 * many. */
size_t counts_between(struct count *out, size_t room,
	const struct counts *start, const struct counts *end);

/* Adds the counters in a file, if it has any of these: for counts_read() and
 * for tests. */
void counts_parse(enum figures_file kind, FILE *f, struct counts *out);

/* Is it a counter of ordinary traffic, which every datagram raises? */
bool counts_is_plain(const char *name);
