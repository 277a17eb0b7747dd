/* SPDX-License-Identifier: MIT */
/*
 * Is the content of a segment plausible? The reader checks every segment, the
 * writer its own. Copy the data first, then check the copy, since a file can
 * change at any time.
 */
#pragma once

#include "export/segment.h"

#include <stdbool.h>
#include <stddef.h>

/* Are all tables within the file, and all numbers within their limits? Does not
 * check magic, layout and ready. */
bool segment_valid_header(const struct segment_header *h, uint64_t file_bytes);

/* Does the text end within its room, and is it printable ASCII? */
bool segment_valid_text(const char *text, size_t room);

/* Is its name [a-z][a-z0-9_]*, are its texts sound, and is its kind known? */
bool segment_valid_counter(const struct segment_counter *c);
