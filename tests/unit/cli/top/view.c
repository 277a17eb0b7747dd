/* SPDX-License-Identifier: MIT */
/* What keys do. */
#include "cli/top/view.h"

#include "cli/top/screen.h"
#include "made.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECOND 1000000000ull

static struct watchlist list;
static struct made made[3];
static struct view view;

static void set_up(void)
{
	made_open(&list);
	for (int i = 0; i < 3; i++)
		made_put(&made[i], 100 + i, "127.0.0.1:1060", 2);
	view = (struct view){
		.order = {.by = COLUMN_RX},
		.interval_ns = SECOND,
	};
	watchlist_look(&list, SECOND);
	view_arrange(&view, &list, SECOND);
}

static void tear_down(void)
{
	for (int i = 0; i < 3; i++)
		made_end(&made[i]);
	made_close(&list);
}

TestSuite(view, .init = set_up, .fini = tear_down);

static void press(int key)
{
	cr_assert(view_key(&view, &list, key, 2) == VIEW_NOTHING);
	view_arrange(&view, &list, SECOND);
}

static void type(const char *text)
{
	for (; *text; text++)
		press(*text);
}

static int selected(void)
{
	const struct watched *w = view_selected(&view, &list);

	return w ? reader_about(w->reader)->pid : 0;
}

static void receive(int server, uint64_t all, uint64_t at_ns)
{
	made_set(&made[server], 0, "rx_datagrams", all);
	watchlist_sample(&list, at_ns);
	view_arrange(&view, &list, SECOND);
}

Test(view, the_first_is_selected_until_there_is_traffic)
{
	cr_assert(selected() == 100);
	receive(2, 10, 2 * SECOND);
	cr_assert(selected() == 102);
	receive(1, 100, 3 * SECOND);
	cr_assert(reader_about(list.servers[0]->reader)->pid == 101);
	cr_assert(selected() == 102);
}

Test(view, arrows_select_and_the_selection_follows_its_server)
{
	press(SCREEN_DOWN);
	press('j');
	press(SCREEN_DOWN);
	cr_assert(selected() == 102);
	press('k');
	cr_assert(selected() == 101);
	receive(1, 10, 2 * SECOND);
	cr_assert(view.place == 0 && selected() == 101);
	press(SCREEN_UP);
	cr_assert(selected() == 101);
	press(SCREEN_END);
	cr_assert(view.place == 2);
	press(SCREEN_HOME);
	cr_assert(view.place == 0);
	press(SCREEN_PAGE_DOWN);
	cr_assert(view.place == 2);
	press(SCREEN_PAGE_UP);
	cr_assert(view.place == 0);
}

Test(view, the_selection_moves_on_from_a_server_that_is_gone)
{
	press(SCREEN_DOWN);
	made_kill(&made[1]);
	watchlist_sample(&list, 2 * SECOND);
	view_arrange(&view, &list, SECOND);
	cr_assert(selected() == 101);
	watchlist_expire(&list, 2 * SECOND + WATCHLIST_ENDED_NS);
	view_arrange(&view, &list, SECOND);
	cr_assert(list.count == 2 && selected() != 0 && selected() != 101);
}

Test(view, of_no_servers_selects_none)
{
	watchlist_close(&list);
	view_arrange(&view, &list, SECOND);
	cr_assert(selected() == 0);
	for (int key = 0; key < 0x240; key++)
		(void)view_key(&view, &list, key, 0);
	cr_assert(selected() == 0);
}

Test(view, columns_to_sort_by_are_a_circle)
{
	for (int i = 0; i < COLUMN_SORTABLE; i++)
		press(i % 2 ? 's' : '>');
	cr_assert(view.order.by == COLUMN_RX);
	press('S');
	cr_assert(view.order.by == COLUMN_RX - 1);
	for (int i = 1; i < COLUMN_SORTABLE; i++)
		press('<');
	cr_assert(view.order.by == COLUMN_RX);
}

Test(view, the_order_is_reversed_until_another_column)
{
	press('r');
	cr_assert(view.order.reverse);
	press('s');
	cr_assert(!view.order.reverse);
}

Test(view, an_interval_is_typed)
{
	press('d');
	type("25");
	press(SCREEN_BACKSPACE);
	type("00ms");
	cr_assert(view.asks && view.interval_ns == SECOND);
	press(SCREEN_ENTER);
	cr_assert(!view.asks && view.interval_ns == SECOND / 5);
	cr_assert(!view.message[0]);
}

Test(view, what_is_no_interval_is_refused)
{
	static const char *const wrong[] = {"x", "0", "1ms", "2h", "-1", "q"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		press('d');
		type(wrong[i]);
		press(SCREEN_ENTER);
		cr_assert(view.interval_ns == SECOND);
		cr_assert(strstr(view.message, wrong[i]));
		press(SCREEN_UP);
		cr_assert(!view.message[0]);
	}
}

Test(view, an_interval_may_be_left_as_it_is)
{
	press('d');
	type("5");
	press(SCREEN_ESCAPE);
	cr_assert(!view.asks && view.interval_ns == SECOND);
	press('d');
	press(SCREEN_ENTER);
	cr_assert(!view.asks && view.interval_ns == SECOND);
}

Test(view, no_text_is_too_long)
{
	press('d');
	for (int i = 0; i < 100; i++)
		type("12345678");
	press(SCREEN_ENTER);
	cr_assert(view.interval_ns == SECOND && view.message[0]);
}

Test(view, intervals_have_steps_and_ends)
{
	press('+');
	cr_assert(view.interval_ns == 2 * SECOND);
	press('-');
	press('-');
	cr_assert(view.interval_ns == SECOND / 2);
	for (int i = 0; i < 20; i++)
		press('-');
	cr_assert(view.interval_ns == VIEW_LEAST_NS);
	for (int i = 0; i < 20; i++)
		press('+');
	cr_assert(view.interval_ns == VIEW_MOST_NS);
}

Test(view, parts_take_turns)
{
	press('w');
	cr_assert(view.parts == VIEW_PANEL);
	press(SCREEN_ENTER);
	cr_assert(view.parts == VIEW_SERVERS);
	press(SCREEN_ENTER);
	cr_assert(view.parts == VIEW_BOTH);
}

Test(view, workers_are_scrolled_and_start_anew_with_another_server)
{
	press('J');
	press('J');
	cr_assert(view.first_worker == 1);
	press('K');
	press('K');
	cr_assert(view.first_worker == 0);
	press('J');
	press(SCREEN_DOWN);
	cr_assert(view.first_worker == 0);
}

Test(view, any_key_ends_the_help_and_q_the_program)
{
	press('?');
	cr_assert(view.help);
	press('s');
	cr_assert(!view.help && view.order.by == COLUMN_RX);
	press('p');
	cr_assert(view.paused);
	press('h');
	press('q');
	cr_assert(view.done);
}

Test(view, the_screen_can_be_drawn_anew)
{
	cr_assert(view_key(&view, &list, SCREEN_REDRAW, 2) == VIEW_REDRAW);
}
