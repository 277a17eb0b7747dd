/* SPDX-License-Identifier: MIT */
/* The engines that are built in. */
#pragma once

#include "load/engine/engine.h"

/* NULL-terminated, in the order in which auto tries and --help lists. mem, the
 * scripted fake, is not in it: only tests can name it. */
extern const struct engine_ops *const engine_table[];

/* NULL where there is none of that name. */
const struct engine_ops *engine_find(const char *name);

/* The first that runs here and can do all of can (enum engine_can). Never NULL:
 * mmsg can do everything, everywhere. */
const struct engine_ops *engine_auto(unsigned can);
