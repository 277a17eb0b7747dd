/* SPDX-License-Identifier: MIT */
/* Looks after the path of an engine that makes frames itself. They are
 * addressed once, when a run is planned, and past the stack nobody else notices
 * what changes. Private to load/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct load;

/* Once the flows are open. */
void path_begin(struct load *l);

/* Is the path another one now? Then frames would go astray, and a sentence is
 * in l->path_why. Looks once a second. By the thread that drives the run. */
bool path_is_lost(struct load *l, uint64_t now_ns);
