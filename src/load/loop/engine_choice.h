/* SPDX-License-Identifier: MIT */
/* Which engine is right for a run. Private to load/. */
#pragma once

#include "load/load.h"

/* What an engine must be able to do for a run (enum engine_can). */
unsigned engine_needs(const struct load_config *c);

/* What the engine has obtained for all threads. share: its own; NULL: none. */
void engine_facts(const struct load_config *c, const void *share,
	struct load_result *out);

/* Can the engine run here? 0, or -errno and one line in why. */
int engine_probe(const struct engine_ops *ops, char *why, size_t why_bytes);
