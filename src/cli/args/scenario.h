/* SPDX-License-Identifier: MIT */
/*
 * The text of a scenario: a "key = value" a line, sections in brackets that
 * only group, and comments from # or ; on, at the beginning of a line or after
 * a blank. What keys there are is not known here, and nothing is printed.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define SCENARIO_LINE_MAX 1000 /* characters, without the line's end */

struct scenario {
	char *at, *end;
	const char *const *sections; /* that there may be; ended by NULL */
	unsigned line;               /* the one that was read last, from 1 */
	char why[2 * SCENARIO_LINE_MAX];
};

struct scenario_pair {
	const char *key;
	char *value; /* a parser of options may write to it, as to argv */
	unsigned line;
};

/* text is the caller's, stays for as long as the pairs do, is cut into pieces,
 * and has room for one byte more. */
void scenario_init(struct scenario *s, char *text, size_t bytes,
	const char *const *sections);

/* 1 and *pair, neither key nor value empty; 0 at the end; -EINVAL and a
 * sentence in why, about the line that line tells. */
int scenario_next(struct scenario *s, struct scenario_pair *pair);

/* Such a line. 0; -EINVAL where it would not be read back as it is: a value
 * that is too long, or begins with a blank, or has a comment in it. */
int scenario_write(FILE *out, const char *key, const char *value);
