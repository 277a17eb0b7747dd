/* SPDX-License-Identifier: MIT */
/* What becomes of trains in a run. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* The longest train that a thread sends now. Between runs, or at their end. */
uint32_t load_longest_train(const struct load *l);

/* What of the result is of trains, and of the path's MTU. */
void load_see_trains(const struct load *l, struct load_result *r);
