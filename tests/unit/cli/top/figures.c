/* SPDX-License-Identifier: MIT */
/* Figures from two snapshots of a server. */
#include "cli/top/caused.h"

#include "made.h"

#include <criterion/criterion.h>
#include <math.h>

#define SECOND 1000000000u

static struct watchlist list;
static struct made one;
static struct watched *w;

static void set_up(void)
{
	made_open(&list);
	made_put(&one, 7, "127.0.0.1:7", 2);
	watchlist_look(&list, SECOND);
	cr_assert(list.count == 1);
	w = list.servers[0];
}

static void tear_down(void)
{
	made_end(&one);
	made_close(&list);
}

TestSuite(figures, .init = set_up, .fini = tear_down);

Test(figures, are_not_known_before_there_are_two_snapshots)
{
	cr_assert(isnan(w->total.of[FIGURE_RX]));
	cr_assert(isnan(w->total.of[FIGURE_DROPPED]));
	cr_assert(isnan(w->total.of[FIGURE_TRAIN]));
}

Test(figures, are_rates_over_the_time_in_between)
{
	made_set(&one, 0, "rx_datagrams", 3000);
	made_set(&one, 1, "rx_datagrams", 1000);
	made_set(&one, 1, "rx_bytes", 64000);
	made_set(&one, 1, "answered_datagrams", 500);
	made_set(&one, 0, "cpu_user_ns", 500000000);
	made_set(&one, 1, "cpu_system_ns", 1500000000);
	watchlist_sample(&list, 3 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_RX] == 2000);
	cr_assert(w->total.of[FIGURE_RX_BITS] == 256000);
	cr_assert(w->total.of[FIGURE_TX] == 250);
	cr_assert(w->total.of[FIGURE_CPU] == 100);
	cr_assert(history_ago(&w->rx, 0) == 2000);
}

Test(figures, are_of_one_worker_too)
{
	struct figures f;
	struct span span;

	made_set(&one, 0, "rx_datagrams", 3000);
	made_set(&one, 1, "rx_datagrams", 1000);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	span = watched_span(w, 1, 1);
	figures_take(&f, &w->sources, &span);
	cr_assert(f.of[FIGURE_RX] == 1000);
}

Test(figures, trains_and_batches_are_those_of_the_interval)
{
	made_set(&one, 0, "rx_datagrams", 640);
	made_set(&one, 0, "rx_trains", 10);
	made_set(&one, 0, "rx_batches", 5);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	made_set(&one, 0, "rx_datagrams", 700);
	made_set(&one, 0, "rx_trains", 40);
	made_set(&one, 0, "rx_batches", 6);
	watchlist_sample(&list, 3 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_TRAIN] == 2);
	/* The made server does not say how large its batches may be. */
	cr_assert(isnan(w->total.of[FIGURE_FILL]));
	w->sources.batch = 60;
	made_set(&one, 0, "rx_trains", 70);
	made_set(&one, 0, "rx_batches", 7);
	watchlist_sample(&list, 4 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_FILL] == 50);
}

Test(figures, tell_drops_from_refusals)
{
	made_set(&one, 0, "socket_drops", 30);
	made_set(&one, 1, "send_failed_again", 10);
	made_set(&one, 1, "refused_group", 2);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_DROPPED] == 40);
	cr_assert(w->total.of[FIGURE_REFUSED] == 2);
}

Test(figures, the_fullest_queue_counts)
{
	made_set(&one, 0, "socket_rcvbuf_bytes", 1000);
	made_set(&one, 1, "socket_rcvbuf_bytes", 1000);
	made_set(&one, 1, "socket_queue_bytes", 800);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_QUEUE] == 80);
}

Test(figures, a_counter_that_goes_backwards_has_not_grown)
{
	made_set(&one, 0, "rx_datagrams", UINT64_MAX);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	made_set(&one, 0, "rx_datagrams", 5);
	watchlist_sample(&list, 3 * (uint64_t)SECOND);
	cr_assert(w->total.of[FIGURE_RX] == 0);
}

Test(figures, are_not_computed_from_too_little_time)
{
	made_set(&one, 0, "rx_datagrams", 5);
	watchlist_sample(&list, SECOND + 1000);
	cr_assert(isnan(w->total.of[FIGURE_RX]));
}

Test(figures, causes_come_by_rate_and_then_by_total)
{
	struct caused c[4];
	unsigned all;

	made_set(&one, 0, "refused_group", 9);
	made_set(&one, 0, "refused_low_port", 10);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	made_set(&one, 0, "socket_drops", 1);
	made_set(&one, 1, "send_failed_again", 2);
	watchlist_sample(&list, 3 * (uint64_t)SECOND);
	cr_assert(caused_take(c, 4, &all, w) == 4);
	cr_assert(all == 4);
	cr_assert_str_eq(c[0].counter->name, "send_failed_again");
	cr_assert(c[0].rate == 2 && c[0].total == 2);
	cr_assert(c[0].cause == CAUSE_DROPPED);
	cr_assert_str_eq(c[1].counter->name, "socket_drops");
	cr_assert_str_eq(c[2].counter->name, "refused_low_port");
	cr_assert(c[2].rate == 0 && c[2].cause == CAUSE_REFUSED);
	cr_assert_str_eq(c[3].counter->name, "refused_group");
}

Test(figures, causes_beyond_the_room_are_only_counted)
{
	struct caused c[2];
	unsigned all;

	made_set(&one, 0, "refused_group", 9);
	made_set(&one, 0, "refused_low_port", 10);
	made_set(&one, 0, "socket_drops", 11);
	watchlist_sample(&list, 2 * (uint64_t)SECOND);
	cr_assert(caused_take(c, 2, &all, w) == 2);
	cr_assert(all == 3);
	cr_assert_str_eq(c[0].counter->name, "socket_drops");
	cr_assert_str_eq(c[1].counter->name, "refused_low_port");
	cr_assert(caused_take(c, 0, &all, w) == 0);
	cr_assert(all == 3);
}
