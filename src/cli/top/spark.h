/* SPDX-License-Identifier: MIT */
/* Graphs of cells, each of which is filled by eighths. */
#pragma once

#include "cli/top/history.h"

#include <stdint.h>

#define SPARK_FULL 8

/*
 * The cells of one row of a graph, whose newest value is on the right. The
 * graph has rows of them; row 0 is the lowest. peak is its upper end. What is
 * above 0 fills an eighth at least.
 */
void spark_row(uint8_t *cells, int width, const struct history *h, double peak,
	int rows, int row);

/* A bar from left to right, of that share of its width. */
void spark_bar(uint8_t *cells, int width, double share);
