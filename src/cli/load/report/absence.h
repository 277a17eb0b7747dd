/* SPDX-License-Identifier: MIT */
/* A peer that was not there, or not to the end: what is said of it. */
#pragma once

#include "cli/load/said.h"

#include <stdbool.h>
#include <stddef.h>

/* A sentence in why, to be said after the report. False: the peer was there,
 * and nothing is to be said. */
bool load_absence_say(const struct load_options *o, const struct load_result *r,
	char *why, size_t why_bytes);
