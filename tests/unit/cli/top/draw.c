/* SPDX-License-Identifier: MIT */
/* What is drawn, on a screen of this file. */
#include "cli/top/draw.h"

#include "cli/top/screen.h"
#include "cli/top/spark.h"
#include "made.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SECOND 1000000000ull
#define MOST   520

static int rows, columns;
static char screen[MOST][MOST + 1];
static bool strict; /* no word is cut, and nothing drawn over */

void screen_size(int *r, int *c)
{
	*r = rows;
	*c = columns;
}

void screen_erase(void)
{
	for (int i = 0; i < rows; i++) {
		memset(screen[i], ' ', MOST);
		screen[i][columns] = '\0';
	}
}

/* Where it begins must be on the screen; what is too long may be cut. */
static int begin(int row, int column, int width)
{
	cr_assert(row >= 0 && row < rows, "row %d of %d", row, rows);
	cr_assert(column >= 0, "column %d", column);
	if (column >= columns)
		return 0;
	return width < columns - column ? width : columns - column;
}

void screen_put(int row, int column, int width, unsigned look, const char *text)
{
	int n = begin(row, column, width);

	cr_assert((look & ~(unsigned)LOOK_SELECTED) < LOOKS);
	for (const char *c = text; *c; c++)
		cr_assert(*c >= ' ' && *c <= '~');
	if (strict && n > 0 && (int)strlen(text) > n)
		cr_assert(!isalnum((unsigned char)text[n]),
			"%d columns: \"%.*s\" is cut from \"%s\"", columns, n,
			text, text);
	for (int i = 0; i < n; i++) {
		char *c = &screen[row][column + i];

		cr_assert(!strict || *c == ' ' || *c == *text || !*text,
			"%d columns: \"%s\" is drawn over \"%s\"", columns,
			text, screen[row]);
		*c = *text ? *text++ : ' ';
	}
}

void screen_put_cells(int row, int column, int width, unsigned look,
	const uint8_t *cells, enum screen_fill fill)
{
	int n = begin(row, column, width);

	(void)look;
	(void)fill;
	for (int i = 0; i < n; i++) {
		cr_assert(cells[i] <= SPARK_FULL);
		screen[row][column + i] = " 12345678"[cells[i]];
	}
}

void screen_show(void)
{
}

#define SERVERS 12

static struct watchlist list;
static struct made made[SERVERS];
static struct view view;
static int servers;

static void set_up(void)
{
	made_open(&list);
	view = (struct view){
		.order = {.by = COLUMN_RX},
		.interval_ns = SECOND,
	};
}

static void tear_down(void)
{
	for (int i = 0; i < servers; i++)
		made_end(&made[i]);
	made_close(&list);
}

TestSuite(draw, .init = set_up, .fini = tear_down);

static void start(int n)
{
	for (; servers < n; servers++)
		made_put(&made[servers], 100 + servers,
			servers == 1 ? "[2001:db8:1:2:3:4:5:6]:65535"
				     : "127.0.0.1:1060",
			servers == 2 ? 20 : 2);
	watchlist_look(&list, SECOND);
}

static void show(int r, int c)
{
	struct scene s = {&view, &list, "a-host", 1800000000 * SECOND};

	rows = r;
	columns = c;
	view_arrange(&view, &list, s.wall_ns);
	draw(&s);
	cr_assert(draw_page(&s) >= 1);
}

/* The row that has this text; -1: none. */
static int row_of(const char *text)
{
	for (int i = 0; i < rows; i++)
		if (strstr(screen[i], text))
			return i;
	return -1;
}

Test(draw, says_what_to_do_without_servers)
{
	show(24, 80);
	cr_assert(row_of("No server that exports its counters runs") > 0);
	cr_assert(row_of("udpmill serve 0") > 0);
	show(10, 40);
	cr_assert(row_of("udpmill serve 0") > 0);
}

Test(draw, says_that_it_waits_for_named_servers)
{
	struct wanted w = {.kind = WANTED_PID, .pid = 1};

	list.wanted = &w;
	list.wanted_count = 1;
	show(24, 80);
	cr_assert(row_of("None of the named servers runs.") > 0);
}

Test(draw, a_server_has_its_figures)
{
	start(1);
	made_set(&made[0], 0, "rx_datagrams", 2048);
	made_set(&made[0], 0, "rx_trains", 32);
	made_set(&made[0], 1, "socket_drops", 17);
	made_set(&made[0], 1, "refused_low_port", 1234567);
	watchlist_sample(&list, 2 * SECOND);
	show(24, 80);
	cr_assert(row_of("    100 127.0.0.1:1060  echo/mem      2.05k     0") >
		  0);
	cr_assert(row_of("  64.0    -     17 ") > 0);
	cr_assert(row_of("socket_drops                        17               "
			 "   "
			 " 17 skbs") > 0);
	cr_assert(row_of("refused_low_port                 1.23M            1 "
			 "234 "
			 "567 datagrams") > 0);
	cr_assert(row_of("echo by mem, pid 100, 2 workers") > 0);
	cr_assert(row_of("in 2.05 k/s  0 bit/s  out 0/s  0 bit/s  dropped "
			 "17/s") == 1);
}

Test(draw, without_drops_says_so)
{
	start(1);
	show(24, 80);
	cr_assert(row_of("Nothing was dropped or refused.") > 0);
}

Test(draw, the_selected_server_is_in_sight)
{
	start(SERVERS);
	for (int i = 0; i < SERVERS; i++) {
		char pid[16];

		show(24, 80);
		snprintf(pid, sizeof(pid), "%7d ",
			reader_about(list.servers[i]->reader)->pid);
		cr_assert(row_of(pid) > 0);
		(void)view_key(&view, &list, SCREEN_DOWN, 1);
	}
}

Test(draw, all_servers_are_in_sight_if_there_is_room)
{
	start(SERVERS);
	view.parts = VIEW_SERVERS;
	show(24, 80);
	cr_assert(row_of("    100 ") > 0 && row_of("    111 ") > 0);
}

Test(draw, many_workers_are_scrolled)
{
	start(3);
	view.parts = VIEW_PANEL;
	(void)view_key(&view, &list, SCREEN_END, 1);
	show(24, 80);
	cr_assert(row_of("0 to ") > 0 && row_of(" of 20, J/K") > 0);
	for (int i = 0; i < 50; i++)
		(void)view_key(&view, &list, 'J', 1);
	show(24, 80);
	cr_assert(row_of(" to 19 of 20, J/K") > 0);
}

Test(draw, an_address_that_is_too_long_keeps_its_port)
{
	start(2);
	show(24, 80);
	cr_assert(row_of("~3:4:5:6]:65535") > 0);
	show(24, 200);
	cr_assert(row_of("[2001:db8:1:2:3:4:5:6]:65535 ") > 0);
}

Test(draw, a_server_that_has_ended_is_marked)
{
	start(1);
	made_kill(&made[0]);
	watchlist_sample(&list, 2 * SECOND);
	show(24, 80);
	cr_assert(row_of("127.0.0.1:1060  ended ") > 0);
	cr_assert(row_of("0 servers, every 1s") == 0);
}

Test(draw, what_is_left_out_is_told)
{
	start(1);
	list.doubtful = 3;
	show(24, 80);
	cr_assert(row_of("segments left out: 3;") == 2);
	list.unopened = 4;
	show(24, 80);
	cr_assert(row_of("servers left out: 4,") == 2);
	list.error = -12;
	show(24, 80);
	cr_assert(row_of("looking for servers: ") == 2);
}

Test(draw, help_names_all_keys_and_columns)
{
	view.help = true;
	show(24, 80);
	for (int i = 0; i < COLUMN_SORTABLE; i++) {
		cr_assert(row_of(column_about[i].title) > 0);
		cr_assert(row_of(column_about[i].explained) > 0);
	}
	cr_assert(row_of("scroll the panel's workers") > 0);
}

Test(draw, questions_and_messages_take_the_last_row)
{
	view.asks = true;
	strcpy(view.typed, "5");
	show(24, 80);
	cr_assert(row_of("(now 1s; Enter sets it, Esc leaves it): 5_") == 23);
	view.asks = false;
	strcpy(view.message, "a message");
	show(24, 80);
	cr_assert(row_of("a message") == 23);
}

/* With servers of all kinds, at every second. */
static void work(int n)
{
	for (uint32_t i = 0; i < 2; i++) {
		made_set(&made[n], i, "rx_datagrams", 18300000 + n % 3);
		made_set(&made[n], i, "answered_datagrams", 18200000);
		made_set(&made[n], i, "socket_drops", 1234567);
		made_set(&made[n], i, "refused_group", 98765);
		made_set(&made[n], i, "refused_low_port", 12345);
	}
}

Test(draw, narrow_screens_leave_out_whole_words_and_numbers)
{
	start(4);
	for (int n = 1; n < 4; n++) {
		work(n);
		watchlist_sample(&list, (unsigned)n * SECOND + SECOND);
	}
	list.doubtful = 1234;
	strict = true;
	for (int parts = 0; parts < 3; parts++)
		for (int what = 0; what < 8; what++)
			for (int c = 30; c < 132; c++) {
				(void)view_key(&view, &list,
					what & 1 ? SCREEN_END : SCREEN_HOME, 1);
				view.parts = (enum view_parts)parts;
				view.paused = what & 1;
				view.help = what == 2;
				view.asks = what == 3;
				strcpy(view.typed, "12345678901234");
				strcpy(view.message,
					what < 4 ? ""
						 : "\"99h\" is not a time from "
						   "100ms to 1h; try 500ms");
				view.order.reverse = what & 4;
				show(24 - what, c);
			}
}

Test(draw, at_40_columns_what_matters_is_there)
{
	start(3);
	work(2);
	watchlist_sample(&list, 2 * SECOND);
	view.parts = VIEW_PANEL;
	show(24, 40);
	cr_assert(row_of("in 36.6M/s  out 36.4M/s  dropped 2.47M/s") == 1);
	cr_assert(row_of(" 127.0.0.1:1060  echo by mem, pid 102   ") > 0);
	cr_assert(row_of("socket_drops               2.47M") > 0);
	cr_assert(row_of(" WORKER  RX/s  TX/s DROP/s") > 0);
	cr_assert(row_of(" more") > 0);
	view.asks = true;
	strcpy(view.typed, "5");
	show(24, 40);
	cr_assert(row_of("Interval: 5_") == 23);
}

/* cr_assert in screen_put() looks for what is outside; sanitizers for the
 * rest. */
Test(draw, fits_every_size)
{
	start(4);
	for (int n = 1; n < 4; n++) {
		for (uint32_t i = 0; i < 2; i++) {
			made_set(&made[n], i, "rx_datagrams", UINT64_MAX - n);
			made_set(&made[n], i, "socket_drops", UINT64_MAX / 3);
			made_set(&made[n], i, "refused_group", 1);
		}
		watchlist_sample(&list, (unsigned)n * SECOND + SECOND);
	}
	for (int parts = 0; parts < 3; parts++)
		for (int r = 1; r < 70; r += r < 30 ? 1 : 7)
			for (int c = 1; c < MOST; c += c < 120 ? 1 : 41) {
				view.parts = (enum view_parts)parts;
				view.help = (r + c) % 5 == 0;
				show(r, c);
			}
}
