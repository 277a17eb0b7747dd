/* SPDX-License-Identifier: MIT */
/* Prints a server's counters for a scraper. */
#pragma once

#include "export/reader.h"

#include <stdio.h>

/* Prints the values from reader_snapshot() as OpenMetrics 1.0 text. */
void openmetrics_print(
	FILE *out, const struct reader *r, const uint64_t *values);
