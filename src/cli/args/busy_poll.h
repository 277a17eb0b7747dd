/* SPDX-License-Identifier: MIT */
/* Options on polling the device, which serve and load share: a child of each
 * one's argp, with a struct busy_poll as its input. */
#pragma once

#include <argp.h>

extern const struct argp busy_poll_argp;
