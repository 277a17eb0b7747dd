/* SPDX-License-Identifier: MIT */
/* The modes that are built in. Private to load/. */
#pragma once

#include "load/loop/mode.h"

/* The mode that a run needs. */
const struct mode_ops *mode_of(const struct load_config *config);
