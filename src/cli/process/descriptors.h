/* SPDX-License-Identifier: MIT */
/* How many descriptors the process may have. */
#pragma once

#include <stdint.h>

/* Raises the limit as far as is allowed (RLIMIT_NOFILE, getrlimit(2)), and
 * returns it. */
uint64_t descriptors_raise(void);
