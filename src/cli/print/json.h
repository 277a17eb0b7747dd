/* SPDX-License-Identifier: MIT */
/* What a verb says to programs, as one document of JSON. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* For people to read, too, and times to the nanosecond of a second. */
#define JSON_REPORT (JSON_INDENT(2) | JSON_REAL_PRECISION(9))

/* First thing: from then on json_write() knows of every allocation that failed
 * while a document was put together, so that none is printed that lacks a part.
 */
void json_write_begin(void);

/* Of counts: below 2^63. */
static inline json_t *json_number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* A member, or an item, that is taken over; where it is NULL or there is no
 * room for it, json_write() will know. */
void json_set(json_t *object, const char *key, json_t *value);
void json_add(json_t *list, json_t *value);

/* Any bytes as a string: what is no UTF-8 is quoted, as the verbs quote it.
 * NULL for want of memory. */
json_t *json_text(const char *text);

/* The command line of "udpmill VERB", whose argv[0] is left out. */
json_t *json_argv(const char *verb, int argc, char **argv);

/* A whole document, which it takes over, and a line's end; flags are those of
 * json_dumpf(). 0, -errno of the write, or -ENOMEM where there is none. */
int json_write(FILE *out, json_t *all, size_t flags);
