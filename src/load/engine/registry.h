/* SPDX-License-Identifier: MIT */
/* The engines that are built in. */
#pragma once

#include "load/engine/engine.h"

/* NULL-terminated, in the order in which auto tries them and --help lists them.
 * mem, the scripted fake for tests, is not in it. */
extern const struct engine_ops *const engine_table[];

/* NULL if there is no engine of that name. */
const struct engine_ops *engine_find(const char *name);

/* The first that runs here and has all of can (enum engine_can). Never NULL:
 * mmsg can do everything, everywhere. */
const struct engine_ops *engine_auto(unsigned can);
