/* SPDX-License-Identifier: MIT */
/* Servers that come and go. */
#include "cli/top/watchlist.h"

#include "made.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000ull

static struct watchlist list;
static struct made one, two;

static void set_up(void)
{
	made_open(&list);
	made_put(&one, 11, "127.0.0.1:1060", 1);
	made_put(&two, 12, "[::1]:1061", 3);
}

static void tear_down(void)
{
	made_end(&one);
	made_end(&two);
	made_close(&list);
}

TestSuite(watchlist, .init = set_up, .fini = tear_down);

static int pid(size_t index)
{
	return reader_about(list.servers[index]->reader)->pid;
}

static void want(struct wanted *w, enum wanted_kind kind, const char *text)
{
	*w = (struct wanted){.kind = kind, .text = text};
	list.wanted = w;
	list.wanted_count = 1;
}

Test(watchlist, finds_each_server_once)
{
	watchlist_look(&list, SECOND);
	watchlist_look(&list, 2 * SECOND);
	cr_assert(list.count == 2 && list.error == 0);
	cr_assert(pid(0) == 11 && pid(1) == 12);
	cr_assert(watched_workers(list.servers[1]) == 3);
}

Test(watchlist, only_those_wanted_by_pid)
{
	struct wanted w;

	want(&w, WANTED_PID, "12");
	w.pid = 12;
	watchlist_look(&list, SECOND);
	cr_assert(list.count == 1 && pid(0) == 12);
	cr_assert(watchlist_has(&list, &w));
	w.pid = 13;
	cr_assert(!watchlist_has(&list, &w));
}

Test(watchlist, only_those_wanted_by_address)
{
	struct wanted w;

	want(&w, WANTED_ADDRESS, "127.0.0.1:1060");
	cr_assert(address_parse(&w.address, w.text) == 0);
	watchlist_look(&list, SECOND);
	cr_assert(list.count == 1 && pid(0) == 11);
}

Test(watchlist, a_named_file_is_not_looked_for_in_the_registry)
{
	struct wanted w;
	char why[128];

	want(&w, WANTED_FILE, two.path);
	list.registry = "/proc/nowhere";
	cr_assert(
		watchlist_name(&list, two.path, SECOND, why, sizeof(why)) == 0);
	cr_assert(
		watchlist_name(&list, two.path, SECOND, why, sizeof(why)) == 0);
	for (int i = 0; i < 5; i++)
		watchlist_look(&list, SECOND);
	cr_assert(list.count == 1 && pid(0) == 12);
	cr_assert(list.servers[0]->ended_ns == 0);
}

Test(watchlist, a_file_that_is_no_segment_is_refused)
{
	char why[128];

	cr_assert(watchlist_name(&list, "/dev/null", SECOND, why,
			  sizeof(why)) == -EPROTO);
	cr_assert(watchlist_name(&list, "/nowhere/at/all", SECOND, why,
			  sizeof(why)) == -ENOENT);
	cr_assert(list.count == 0);
}

Test(watchlist, a_server_that_ends_stays_for_a_while)
{
	watchlist_look(&list, SECOND);
	made_set(&one, 0, "rx_datagrams", 100);
	watchlist_sample(&list, 2 * SECOND);
	made_kill(&one);
	watchlist_sample(&list, 3 * SECOND);
	cr_assert(list.servers[0]->ended_ns == 3 * SECOND);
	cr_assert(isnan(list.servers[0]->total.of[FIGURE_RX]));
	watchlist_expire(&list, 3 * SECOND + WATCHLIST_ENDED_NS - 1);
	cr_assert(list.count == 2);
	watchlist_expire(&list, 3 * SECOND + WATCHLIST_ENDED_NS);
	cr_assert(list.count == 1 && pid(0) == 12);
}

Test(watchlist, a_pid_that_is_used_again_is_another_server)
{
	watchlist_look(&list, SECOND);
	made_end(&one);
	watchlist_sample(&list, 2 * SECOND);
	made_put(&one, 11, "127.0.0.1:1060", 1);
	watchlist_look(&list, 3 * SECOND);
	cr_assert(list.count == 3);
	cr_assert(pid(0) == 11 && list.servers[0]->ended_ns);
	cr_assert(pid(2) == 11 && !list.servers[2]->ended_ns);
}

/* Its server makes it again. */
Test(watchlist, a_file_that_is_missing_once_is_not_the_end)
{
	char aside[80] = "";

	strcat(strcpy(aside, one.path), "x");
	watchlist_look(&list, SECOND);
	cr_assert(rename(one.path, aside) == 0);
	watchlist_look(&list, 2 * SECOND);
	cr_assert(rename(aside, one.path) == 0);
	watchlist_look(&list, 3 * SECOND);
	watchlist_look(&list, 4 * SECOND);
	cr_assert(!list.servers[0]->ended_ns);
}

Test(watchlist, a_server_that_is_not_believed_any_more_ends)
{
	watchlist_look(&list, SECOND);
	cr_assert(unlink(one.path) == 0);
	watchlist_look(&list, 2 * SECOND);
	watchlist_look(&list, 3 * SECOND);
	cr_assert(list.servers[0]->ended_ns == 3 * SECOND);
	cr_assert(!list.servers[1]->ended_ns);
}

Test(watchlist, a_file_that_is_cut_ends_its_server)
{
	watchlist_look(&list, SECOND);
	cr_assert(ftruncate(one.fd, 300) == 0);
	watchlist_sample(&list, 2 * SECOND);
	cr_assert(list.servers[0]->ended_ns);
	watchlist_look(&list, 3 * SECOND);
	cr_assert(list.count == 2);
}

Test(watchlist, files_of_others_are_left_out_and_counted)
{
	if (geteuid() != 0)
		cr_skip_test("only root can give files away");
	cr_assert(fchown(one.fd, 64321, 64321) == 0);
	watchlist_look(&list, SECOND);
	cr_assert(list.count == 1 && pid(0) == 12);
	cr_assert(list.doubtful == 1);
}
