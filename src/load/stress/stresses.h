/* SPDX-License-Identifier: MIT */
/* The stresses there are, for the table in stress.c. Private to load/stress/.
 */
#pragma once

#include "load/stress/row.h"

extern const struct stress stress_sizes, stress_bursts, stress_churn,
	stress_unreachable, stress_checksum, stress_length, stress_fragments,
	stress_extensions;
