/* SPDX-License-Identifier: MIT */
/* How many descriptors the process may have. */
#pragma once

#include <stdint.h>

/* Raises the limit as far as is allowed (RLIMIT_NOFILE, getrlimit(2)), and
 * returns it; or the usual limit, if it cannot be asked for. */
uint64_t descriptors_raise(void);
