/* SPDX-License-Identifier: MIT */
/*
 * --scenario of `udpmill load`: its options, in a file. A key is an option's
 * long name, found in the very tables that argp has, and its value goes to the
 * very parser that the command line's goes to: nothing is listed twice.
 */
#pragma once

#include "cli/args/usage.h"
#include <argp.h>
#include <stdbool.h>

#define LOAD_KEYS_MAX 96

/* argp_option.flags, in bits that argp leaves alone. */
enum load_option_flags {
	/* Not of a scenario: how a run is told, or who answers for it. */
	LOAD_COMMAND_LINE_ONLY = 1 << 16,
	/* What makes datagrams leave: one of these on the command line replaces
	 * those of the file, not only itself; ... */
	LOAD_CLOSED_LOOP = 1 << 17,
	LOAD_OPEN_LOOP = 1 << 18,
	/* ... and where it is not an open loop, these too. */
	LOAD_OF_OPEN_LOOP = 1 << 19,
	/* What contradicts such a run: see refuse.c. */
	LOAD_NOT_STAGES = 1 << 20,
	LOAD_NOT_STRESS = 1 << 21,
	LOAD_NOT_PCAP = 1 << 22,
	LOAD_NOT_SEARCH = 1 << 23, /* --find-capacity */
};

struct load_key {
	const struct argp_option *option;
	const struct argp *argp; /* whose it is */
	void *input;
	unsigned group;    /* argp's; a section here */
	const char *value; /* in effect, as it was said; NULL: it was not */
	unsigned line;     /* that said it; 0: the command line */
	unsigned seen;     /* the file's line about it, in effect or not */
};

struct load_scenario {
	const char *path; /* NULL: no file is read */
	char *text;
	unsigned line; /* being read */
	unsigned count;
	struct load_key keys[LOAD_KEYS_MAX]; /* the peer, then options */
};

/*
 * Notes what the command line says, and hands what the file says to argp's
 * parsers, as far as the command line lets it; parsing the command line comes
 * after that. From then on usage_error() says the file's line of what it
 * complains about. Prints and exits where the file is wrong.
 *
 * A parser names its children's inputs when it is called with ARGP_KEY_INIT,
 * does nothing else then, and no two options have one key.
 */
void load_scenario_open(struct load_scenario *s, const struct argp *argp,
	int argc, char **argv, void *input);

/* Has that option a value in effect, or is it one that has none and was said?
 * After load_scenario_open(). */
bool load_scenario_says(const struct load_scenario *s, const char *option);

/* Values point into it until then. Zeroed state is legal. */
void load_scenario_close(struct load_scenario *s);

/* Sections by argp's groups; ended by NULL. */
extern const char *const load_sections[];
