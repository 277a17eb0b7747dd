/* SPDX-License-Identifier: MIT */
/*
 * All counters that a network namespace has of IP, ICMP and UDP, by the names
 * that nstat(8) has for them, and the host's of its backlogs: what the stack
 * did with something, whatever it was. figures.h has those that explain a loss.
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
	COUNTS_SNMP,    /* IPv4: names in a line, values in the next */
	COUNTS_NETSTAT, /* the same */
	COUNTS_SNMP6,   /* IPv6: a name and a value a line */
	COUNTS_SOFTNET, /* either: a line a CPU, in base 16 */
	COUNTS_FILES
};

/* Files that stay in the namespace they were opened in. Zeroed: nowhere. */
struct counts_source {
	bool open;
	int file[COUNTS_FILES];
};

/* In the namespace that this thread is in. 0; or -errno where none opens. */
int counts_open(struct counts_source *s, bool v6);

/* Zeroed state is legal. */
void counts_close(struct counts_source *s);

void counts_read(const struct counts_source *s, struct counts *out);

/* What moved up, at most room of it: end - start by name, in end's order; what
 * start does not have began at 0. Returns how many. */
size_t counts_between(struct count *out, size_t room,
	const struct counts *start, const struct counts *end);

/* Adds what a file says: for counts_read(), and for tests. */
void counts_parse(enum counts_file kind, FILE *f, struct counts *out);

/* Does it count what went well, as any datagram does that is sent and
 * received? */
bool counts_is_plain(const char *name);
