/* SPDX-License-Identifier: MIT */
/* `udpmill load --stress`: which of them. */
#pragma once

#include <stdint.h>

/* A bit for each that is named; all where names is NULL. "list" prints the
 * table, and exits. */
uint32_t load_stress_parse(const char *names);
