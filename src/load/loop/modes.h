/* SPDX-License-Identifier: MIT */
/* The modes there are, for registry.c. Private to load/. */
#pragma once

#include "load/loop/mode.h"

extern const struct mode_ops mode_window, mode_flood, mode_by_plan,
	mode_by_capture;
