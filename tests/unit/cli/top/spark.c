/* SPDX-License-Identifier: MIT */
/* Graphs, and the histories that they show. */
#include "cli/top/spark.h"

#include <criterion/criterion.h>
#include <math.h>

static struct history h;

static void add(int count, ...)
{
	va_list list;

	va_start(list, count);
	while (count--)
		history_add(&h, va_arg(list, double));
	va_end(list);
}

Test(spark, an_empty_history_is_blank)
{
	uint8_t cells[4] = {9, 9, 9, 9};

	spark_row(cells, 4, &h, history_peak(&h, 4), 1, 0);
	for (int i = 0; i < 4; i++)
		cr_assert(cells[i] == 0);
}

Test(spark, the_newest_value_is_on_the_right)
{
	uint8_t cells[4];

	add(3, 4.0, 2.0, 8.0);
	cr_assert(history_peak(&h, 4) == 8);
	spark_row(cells, 4, &h, 8, 1, 0);
	cr_assert(cells[0] == 0 && cells[1] == 4 && cells[2] == 2 &&
		  cells[3] == 8);
}

Test(spark, little_is_not_nothing)
{
	uint8_t cells[2];

	add(2, 0.0, 0.001);
	spark_row(cells, 2, &h, 1e9, 1, 0);
	cr_assert(cells[0] == 0 && cells[1] == 1);
}

Test(spark, rows_lie_upon_each_other)
{
	uint8_t low[2], high[2];

	add(2, 3.0, 4.0);
	spark_row(low, 2, &h, 4, 2, 0);
	spark_row(high, 2, &h, 4, 2, 1);
	cr_assert(low[0] == 8 && low[1] == 8);
	cr_assert(high[0] == 4 && high[1] == 8);
}

Test(spark, the_peak_is_that_of_what_is_shown)
{
	add(3, 100.0, 1.0, 2.0);
	cr_assert(history_peak(&h, 2) == 2);
	cr_assert(history_peak(&h, 3) == 100);
}

Test(spark, a_history_forgets_the_oldest)
{
	for (int i = 0; i < HISTORY + 3; i++)
		history_add(&h, i);
	cr_assert(history_ago(&h, 0) == HISTORY + 2);
	cr_assert(history_ago(&h, HISTORY - 1) == 3);
	cr_assert(history_ago(&h, HISTORY) == 0);
}

Test(spark, what_is_unknown_counts_as_nothing)
{
	history_add(&h, NAN);
	cr_assert(history_ago(&h, 0) == 0);
	cr_assert(history_peak(&h, 1) == 0);
}

Test(spark, a_bar_is_filled_from_the_left)
{
	uint8_t cells[2];

	spark_bar(cells, 2, 0.75);
	cr_assert(cells[0] == 8 && cells[1] == 4);
	spark_bar(cells, 2, 5);
	cr_assert(cells[0] == 8 && cells[1] == 8);
	spark_bar(cells, 2, NAN);
	cr_assert(cells[0] == 0 && cells[1] == 0);
}
