/* SPDX-License-Identifier: MIT */
/*
 * --scenario of `udpmill load`: its options, in a file. A key is the long name
 * of an option, found in argp's own tables, and its value goes to the same
 * parser as on the command line, so nothing is listed twice.
 */
#pragma once

#include "cli/args/usage.h"
#include <argp.h>
#include <stdbool.h>

#define LOAD_KEYS_MAX 96

/* argp_option.flags, in bits that argp leaves alone. */
enum load_option_flags {
	/* Not allowed in a scenario: how a run is reported, or who answers for
	 * it. */
	LOAD_COMMAND_LINE_ONLY = 1 << 16,
	/* What makes datagrams leave: any of these on the command line replaces
	 * all of them in the file (a flood is neither, and replaces what goes
	 * with either), ... */
	LOAD_CLOSED_LOOP = 1 << 17,
	LOAD_OPEN_LOOP = 1 << 18,
	/* ... and these, too, if it is not an open loop. */
	LOAD_OF_OPEN_LOOP = 1 << 19,
	/* ... and these, if it is one. */
	LOAD_OF_CLOSED_LOOP = 1 << 25,
	/* Contradicts such a run: see refuse.c. */
	LOAD_NOT_STAGES = 1 << 20,
	LOAD_NOT_STRESS = 1 << 21,
	LOAD_NOT_PCAP = 1 << 22,
	LOAD_NOT_SEARCH = 1 << 23,  /* --find-capacity */
	LOAD_NOT_COUNTED = 1 << 24, /* --count-windows */
};

struct load_key {
	const struct argp_option *option;
	const struct argp *argp; /* to which it belongs */
	void *input;
	unsigned group;    /* of argp; a section here */
	const char *value; /* in effect, as typed; NULL: not given */
	unsigned line;     /* that set it; 0: the command line */
	unsigned seen;     /* the line in the file, in effect or not */
};

struct load_scenario {
	const char *path; /* NULL: no file is read */
	char *text;
	unsigned line; /* being read */
	unsigned count;
	struct load_key keys[LOAD_KEYS_MAX]; /* the peer, then options */
};

/*
 * Records what the command line says, and passes what the file says to argp's
 * parsers, unless the command line overrides it; the command line is parsed
 * after that. From then on usage_error() names the line of the file that it
 * complains about. Prints and exits if the file is wrong.
 *
 * When a parser is called with ARGP_KEY_INIT, it only sets the inputs of its
 * children; and no two options have the same key.
 */
void load_scenario_open(struct load_scenario *s, const struct argp *argp,
	int argc, char **argv, void *input);

/* Does that option have a value in effect, or was it given if it takes none?
 * Call after load_scenario_open(). */
bool load_scenario_says(const struct load_scenario *s, const char *option);

/* Values point into it until then. A zeroed state is allowed. */
void load_scenario_close(struct load_scenario *s);

/* Sections, indexed by argp's groups; ended by NULL. */
extern const char *const load_sections[];
