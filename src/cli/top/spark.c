/* SPDX-License-Identifier: MIT */
#include "cli/top/spark.h"

#include <math.h>

/* value of 0 to 1 as eighths of so many cells; also for what is no number. */
static int eighths(double value, int cells)
{
	int most = cells * SPARK_FULL;

	if (!(value > 0))
		return 0;
	if (value >= 1)
		return most;
	return (int)fmax(1, value * most + 0.5);
}

static uint8_t cell(int filled, int index)
{
	int here = filled - index * SPARK_FULL;

	return (uint8_t)(here < 0 ? 0 : here > SPARK_FULL ? SPARK_FULL : here);
}

void spark_row(uint8_t *cells, int width, const struct history *h, double peak,
	int rows, int row)
{
	for (int i = 0; i < width; i++) {
		double v = history_ago(h, (unsigned)(width - 1 - i));

		cells[i] = cell(peak > 0 ? eighths(v / peak, rows) : 0, row);
	}
}

void spark_bar(uint8_t *cells, int width, double share)
{
	int filled = eighths(share, width);

	for (int i = 0; i < width; i++)
		cells[i] = cell(filled, i);
}
