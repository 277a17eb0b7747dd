/* SPDX-License-Identifier: MIT */
/* What the reports say about a peer that was not there, or not until the
 * end. */
#pragma once

#include "cli/load/said.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes a sentence into why, to be printed after the report. False: the peer
 * was there, and there is nothing to say. */
bool load_absence_say(const struct load_options *o, const struct load_result *r,
	char *why, size_t why_bytes);
