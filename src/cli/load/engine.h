/* SPDX-License-Identifier: MIT */
/* --engine: how datagrams are sent and received. */
#pragma once

#include "load/engine/engine.h"
#include "load/load.h"

/* The engine of that name, or NULL for auto. Any other name is a usage
 * error. */
const struct engine_ops *load_engine_parse(const char *name);

/* The value of --zerocopy-from, a number of bytes. */
uint32_t load_zerocopy_parse(const char *text);

/* Chooses the engine if another option needs a certain one, and refuses one
 * that is not right for what is planned, as a usage error. */
void load_engine_plan(struct load_config *c);

/* The help of the option, with all names, for free(); NULL without memory. */
char *load_engine_help(void);

/* Only the names, "auto or mmsg", in the same way. */
char *load_engine_list(void);
