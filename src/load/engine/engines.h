/* SPDX-License-Identifier: MIT */
/* The tables of the engines that are built in: for registry.c alone. */
#pragma once

#include "load/engine/engine.h"

extern const struct engine_ops engine_mmsg;
extern const struct engine_ops engine_kernel;
extern const struct engine_ops engine_splice;
extern const struct engine_ops engine_uring;
extern const struct engine_ops engine_xdp;
extern const struct engine_ops engine_zerocopy;
