/* SPDX-License-Identifier: MIT */
/* The counters of a server for a scraper. */
#pragma once

#include "export/reader.h"

#include <stdio.h>

/* OpenMetrics 1.0 text exposition of what reader_snapshot() gave. */
void openmetrics_print(
	FILE *out, const struct reader *r, const uint64_t *values);
