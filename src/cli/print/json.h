/* SPDX-License-Identifier: MIT */
/* What a verb prints for programs: one JSON document. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Readable by people, too; seconds have nanosecond digits. */
#define JSON_REPORT (JSON_INDENT(2) | JSON_REAL_PRECISION(9))

/* Call this first. From then on json_write() notices every allocation that
 * fails while a document is built, so that no incomplete document is
 * printed. */
void json_write_begin(void);

/* For counts, which are below 2^63. */
static inline json_t *json_number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* Add a member or an item, and take over its reference. json_write() will
 * notice if it is NULL or there is no room for it. */
void json_set(json_t *object, const char *key, json_t *value);
void json_add(json_t *list, json_t *value);

/* Any bytes as a string: what is not UTF-8 is quoted, as the verbs do
 * elsewhere. NULL if there is no memory. */
json_t *json_text(const char *text);

/* The command line of "udpmill VERB", without argv[0]. */
json_t *json_argv(const char *verb, int argc, char **argv);

/* Writes a whole document, whose reference it takes over, and a newline; flags
 * are those of json_dumpf(). 0, the -errno of the write, or -ENOMEM if the
 * document is incomplete. */
int json_write(FILE *out, json_t *all, size_t flags);
