/* SPDX-License-Identifier: MIT */
/* What fits a screen, and the order of servers. */
#include "cli/top/column.h"

#include "made.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECOND 1000000000ull

static int total(const struct column_widths *w)
{
	int sum = 0;

	for (int i = 0; i < COLUMNS_ALL; i++)
		if (w->of[i])
			sum += w->of[i] + (sum > 0);
	return sum;
}

/* The names of the columns that are shown. */
static const char *shown(const struct column_widths *w)
{
	static char text[256];

	text[0] = '\0';
	for (int i = 0; i < COLUMNS_ALL; i++)
		if (w->of[i]) {
			strcat(text, column_about[i].title);
			strcat(text, " ");
		}
	return text;
}

Test(column, servers_fit_any_width)
{
	struct column_widths w;

	for (int room = 1; room < 400; room++)
		for (int address = 9; address < 60; address += 25) {
			column_fit(&w, room, address);
			cr_assert(w.of[COLUMN_ADDRESS] > 0);
			cr_assert(
				total(&w) == room, "%d of %d", total(&w), room);
		}
}

Test(column, what_matters_most_is_shown_longest)
{
	struct column_widths w;

	column_fit(&w, 40, 15);
	cr_assert_str_eq(shown(&w), "PID ADDRESS RX/s DROP/s ");
	column_fit(&w, 80, 15);
	cr_assert_str_eq(shown(&w), "PID ADDRESS SERVICE RX/s TX/s RXbit/s "
				    "TRAIN FILL DROP/s AGE ");
	column_fit(&w, 200, 15);
	for (int i = 0; i < COLUMNS_ALL; i++)
		cr_assert(w.of[i] > 0);
}

Test(column, addresses_get_the_room_they_need)
{
	struct column_widths w;

	column_fit(&w, 200, 47);
	cr_assert(w.of[COLUMN_ADDRESS] == 47);
}

Test(column, workers_fit_any_width)
{
	struct column_widths w;

	for (int room = 20; room < 400; room++) {
		column_fit_workers(&w, room);
		cr_assert(w.of[COLUMN_WORKERS] > 0 && w.of[COLUMN_RX] > 0);
		cr_assert(w.of[COLUMN_PID] == 0 && w.of[COLUMN_AGE] == 0);
		cr_assert(total(&w) <= room, "%d of %d", total(&w), room);
	}
}

Test(column, each_name_has_its_column)
{
	for (int i = 0; i < COLUMN_SORTABLE; i++) {
		cr_assert_str_eq(column_names[i], column_about[i].name);
		cr_assert((int)strlen(column_about[i].title) <=
			  column_about[i].width);
		cr_assert(strlen(column_about[i].explained) <= 30);
	}
	cr_assert(!column_names[COLUMN_SORTABLE]);
}

static struct watchlist list;
static struct made made[3];

static void set_up(void)
{
	made_open(&list);
	made_put(&made[0], 300, "127.0.0.1:1062", 1);
	made_put(&made[1], 100, "[::1]:1060", 3);
	made_put(&made[2], 200, "127.0.0.1:1061", 2);
	watchlist_look(&list, SECOND);
	made_set(&made[0], 0, "rx_datagrams", 5);
	made_set(&made[1], 0, "rx_datagrams", 7);
	watchlist_sample(&list, 2 * SECOND);
}

static void tear_down(void)
{
	for (int i = 0; i < 3; i++)
		made_end(&made[i]);
	made_close(&list);
}

TestSuite(column_order, .init = set_up, .fini = tear_down);

static void check(enum column by, bool reverse, int a, int b, int c)
{
	struct column_order order = {by, reverse, 1800000000 * SECOND};
	const int pids[] = {a, b, c};

	column_sort(list.servers, list.count, &order);
	for (int i = 0; i < 3; i++)
		cr_assert(reader_about(list.servers[i]->reader)->pid == pids[i],
			"%s: place %d has pid %d", column_about[by].name, i,
			reader_about(list.servers[i]->reader)->pid);
}

Test(column_order, rates_fall)
{
	check(COLUMN_RX, false, 100, 300, 200);
	check(COLUMN_RX, true, 200, 300, 100);
}

Test(column_order, texts_and_pids_rise)
{
	check(COLUMN_PID, false, 100, 200, 300);
	check(COLUMN_PID, true, 300, 200, 100);
	check(COLUMN_ADDRESS, false, 200, 300, 100);
}

Test(column_order, workers_fall_and_the_youngest_comes_first)
{
	check(COLUMN_WORKERS, false, 100, 200, 300);
	check(COLUMN_AGE, false, 200, 100, 300);
}

Test(column_order, of_equals_is_that_of_their_start)
{
	check(COLUMN_SERVICE, false, 300, 100, 200);
	check(COLUMN_DROPPED, false, 300, 100, 200);
	check(COLUMN_DROPPED, true, 300, 100, 200);
}

Test(column_order, what_has_ended_is_below_what_is_idle)
{
	made_kill(&made[1]);
	watchlist_sample(&list, 3 * SECOND);
	check(COLUMN_RX, false, 300, 200, 100);
}
