/* SPDX-License-Identifier: MIT */
/* --engine: what carries the datagrams. */
#pragma once

#include "load/engine/engine.h"

/* The one of that name; NULL for auto. Another name is bad usage. */
const struct engine_ops *load_engine_parse(const char *name);
