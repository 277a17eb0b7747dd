/* SPDX-License-Identifier: MIT */
/* What a verb says to programs, as one document of JSON. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* For people to read, too, and times to the nanosecond of a second. */
#define JSON_REPORT (JSON_INDENT(2) | JSON_REAL_PRECISION(9))

/* A whole document, which it takes over, and a line's end; flags are those of
 * json_dumpf(). 0, -errno of the write, or -ENOMEM where there is none. */
int json_write(FILE *out, json_t *all, size_t flags);
