/* SPDX-License-Identifier: MIT */
/* How trains fared in a run. Private to load/. */
#pragma once

#include "load/loop/generator.h"

/* The longest train of any thread, in segments. Not while threads run. */
uint32_t load_longest_train(const struct load *l);

/* Fills in the result's fields on trains and the path's MTU. */
void load_see_trains(const struct load *l, struct load_result *r);
