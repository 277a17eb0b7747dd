/* SPDX-License-Identifier: MIT */
/* `udpmill load --stress`: which stresses. */
#pragma once

#include <stdint.h>

/* A bit for each named stress; all if names is NULL. "list" prints the table
 * and exits. */
uint32_t load_stress_parse(const char *names);

/* "sizes, ... or list", in memory of its own; NULL if there is none. */
char *load_stress_list(void);
