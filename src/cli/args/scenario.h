/* SPDX-License-Identifier: MIT */
/*
 * The text of a scenario: one "key = value" a line, sections in brackets that
 * only group, and comments that begin with # or ;, at the beginning of a line
 * or after a blank. This parser does not know which keys exist, and prints
 * nothing.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define SCENARIO_LINE_MAX 1000 /* characters, without the line's end */

struct scenario {
	char *at, *end;
	const char *const *sections; /* those that are allowed; ended by NULL */
	unsigned line;               /* the last one read, counted from 1 */
	char why[2 * SCENARIO_LINE_MAX];
};

struct scenario_pair {
	const char *key;
	char *value; /* an option parser may write to it, as to argv */
	unsigned line;
};

/* text belongs to the caller and must live as long as the pairs do. It is cut
 * into pieces, and needs room for one more byte. */
void scenario_init(struct scenario *s, char *text, size_t bytes,
	const char *const *sections);

/* 1 and *pair, whose key and value are not empty; 0 at the end; or -EINVAL and
 * a message in why, which is about the line number in line. */
int scenario_next(struct scenario *s, struct scenario_pair *pair);

/* Writes such a line. 0; or -EINVAL if it would not be read back unchanged: its
 * value is too long, begins with a blank, or contains a comment. */
int scenario_write(FILE *out, const char *key, const char *value);
