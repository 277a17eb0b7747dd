/* SPDX-License-Identifier: MIT */
/*
 * Is what a segment says fit to be believed? The reader asks it of each, the
 * writer of its own. An answer holds for what was passed: copy first, then
 * ask, since a file can change at any time.
 */
#pragma once

#include "export/segment.h"

#include <stdbool.h>
#include <stddef.h>

/* Do all tables lie within the file, with numbers that need no further look?
 * Magic, layout and ready are not asked for. */
bool sound_header(const struct segment_header *h, uint64_t file_bytes);

/* Does it end within its room, and is it printable ASCII, which moves no
 * cursor? */
bool sound_text(const char *text, size_t room);

/* Its name is [a-z][a-z0-9_]*, its texts are texts, and its kind is known. */
bool sound_counter(const struct segment_counter *c);
