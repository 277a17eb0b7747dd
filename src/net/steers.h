/* SPDX-License-Identifier: MIT */
/* The ways to steer, for steer.c, which lists them. */
#pragma once

#include "net/steer.h"

/* No socket has this index, so that the kernel's hash decides. */
#define STEER_NOBODY 0xffffffffu

extern const struct steer steer_hash, steer_cpu, steer_flow;
