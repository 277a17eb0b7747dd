/* SPDX-License-Identifier: MIT */
/* The modes there are. Private to load/. */
#pragma once

#include "load/loop/mode.h"

/* That of a run. */
const struct mode_ops *mode_of(const struct load_config *config);
