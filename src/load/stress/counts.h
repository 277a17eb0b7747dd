/* SPDX-License-Identifier: MIT */
/*
 * All IP, ICMP and UDP counters of a network namespace, under the names of
 * nstat(8), and the host's backlog drops: they show what the stack did with any
 * packet. figures.h has only those that explain a loss.
 */
#pragma once

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

enum counts_file {
	COUNTS_SNMP,    /* IPv4: a line of names, then a line of values */
	COUNTS_NETSTAT, /* IPv4: the same */
	COUNTS_SNMP6,   /* IPv6: a name and a value per line */
	COUNTS_SOFTNET, /* both: a line per CPU in base 16 */
	COUNTS_FILES
};

/* Open files, which read the namespace they were opened in. Zeroed: none. */
struct counts_source {
	bool open;
	int file[COUNTS_FILES];
};

/* Opens the counters of this thread's namespace. 0; or -errno if none opens. */
int counts_open(struct counts_source *s, bool v6);

/* Zeroed state is legal. */
void counts_close(struct counts_source *s);

void counts_read(const struct counts_source *s, struct counts *out);

/* Writes the counters that have gone up, at most room of them: end - start by
 * name, in end's order; one missing in start counts as 0 there. Returns how
 * many. */
size_t counts_between(struct count *out, size_t room,
	const struct counts *start, const struct counts *end);

/* Adds the counters in a file: for counts_read() and for tests. */
void counts_parse(enum counts_file kind, FILE *f, struct counts *out);

/* Is it a counter of ordinary traffic, which every datagram raises? */
bool counts_is_plain(const char *name);
