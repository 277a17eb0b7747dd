/* SPDX-License-Identifier: MIT */
/* The kinds of run there are, for load.c, which chooses one. */
#pragma once

#include "cli/load/kind/kind.h"

extern const struct load_kind load_kind_plain, load_kind_capacity;
extern const struct load_kind load_kind_stages, load_kind_stress;
