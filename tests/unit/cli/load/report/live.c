/* SPDX-License-Identifier: MIT */
#include "cli/load/report/live.h"

#include <criterion/criterion.h>
#include <string.h>

static struct live v;
static struct lines l;
static struct load_interval interval;
static struct load_server server;
static struct histogram latency;

static void start(void)
{
	v = (struct live){.replies = true, .title = "udpmill load 192.0.2.1:7"};
	histogram_init(&latency);
	histogram_record(&latency, 1000, 99);
	histogram_record(&latency, 900000, 1);
	interval = (struct load_interval){
		.start_s = 4,
		.seconds = 1,
		.left_s = 15,
		.sent = 2000,
		.answered = 1500,
		.sent_bytes = 128000,
		.answered_bytes = 96000,
		.lost_known = true,
		.lost_so_far = 12,
		.so_far.sent = 10000,
		.planned_known = true,
		.planned = 2500,
		.latency = &latency,
	};
}

TestSuite(live, .init = start);

/* Line that begins with a label; "" if there is none. */
static const char *line(const char *label)
{
	for (unsigned i = 0; i < l.count; i++)
		if (strncmp(l.line[i].text + 2, label, strlen(label)) == 0)
			return l.line[i].text;
	return "";
}

static void draw(unsigned columns, unsigned rows)
{
	lines_init(&l, columns, false, false);
	live_draw(&v, &l, rows);
	for (unsigned i = 0; i < l.count; i++)
		cr_assert(l.line[i].columns < columns, "%s", l.line[i].text);
	cr_assert(l.count <= rows);
}

static bool has(const char *label, const char *text)
{
	return strstr(line(label), text);
}

Test(live, shows_an_interval)
{
	live_note(&v, &interval);
	draw(80, 23);
	cr_assert(has("time", "5.0 s, 15.0 s left"), "%s", line("time"));
	cr_assert(has("time", "==========-----"), "%s", line("time"));
	cr_assert(has("sent", "2.00 k/s  1.02 Mbit/s  of 2.50 k/s planned"),
		"%s", line("sent"));
	cr_assert(has("answered", "1.50 k/s"));
	cr_assert(has("lost", "12 so far, 0.12 %"), "%s", line("lost"));
	cr_assert(has("round trip", "p50 1.00 us  p90 1.00 us  p99 1.00 us"),
		"%s", line("round trip"));
	cr_assert(has("round trip", "max 900 us"), "%s", line("round trip"));
	cr_assert(has("answered/s", "max 1.50 k"), "%s", line("answered/s"));
}

Test(live, names_what_lost_datagrams)
{
	interval.server = &server;
	server.counters.socket_drops = 1234567;
	server.counters.refused_count = 1;
	strcpy(server.counters.refused[0].name, "refused_by_rule");
	server.counters.refused[0].datagrams = 5;
	interval.so_far.corrupt = 3;
	live_note(&v, &interval);
	draw(80, 23);
	cr_assert(has("by cause", "server_socket 1 234 567 drops  "
				  "refused_by_rule 5  corrupt 3"),
		"%s", line("by cause"));
	draw(40, 23);
	cr_assert(has("by cause", "server_socket 1.23 M drops"), "%s",
		line("by cause"));
}

Test(live, fits_any_terminal)
{
	interval.server = &server;
	server.counters.socket_drops = 99;
	interval.step = 3;
	interval.steps = 11;
	for (unsigned i = 0; i < 600; i++) {
		interval.start_s = i;
		live_note(&v, &interval);
	}
	for (unsigned columns = 2; columns < 300; columns += 3)
		for (unsigned rows = 1; rows < 24; rows++)
			draw(columns, rows);
	draw(80, 1);
	cr_assert(*line("time"), "what is most important stays");
}

Test(live, has_one_axis_of_time)
{
	static const double rates[] = {100, 200, 400, 800};

	interval.seconds = 5;
	for (unsigned i = 0; i < 4; i++) {
		interval.start_s = 5 * i;
		interval.left_s = 20 - 5 * i - 5;
		interval.answered = (uint64_t)rates[i] * 5;
		live_note(&v, &interval);
		draw(80, 23);
	}
	/* A quarter each of what 80 columns leave to a graph. */
	cr_assert(has("answered/s", ".........."), "%s", line("answered/s"));
	cr_assert(has("answered/s", "----------"));
	cr_assert(has("answered/s", "=========="));
	cr_assert(has("answered/s", "##########"));
	cr_assert(has("time", "==========================================  "),
		"%s", line("time"));
}

Test(live, remembers_all_of_a_long_run)
{
	interval.seconds = 1;
	for (unsigned i = 0; i < 10000; i++) {
		interval.start_s = i;
		interval.left_s = 0;
		interval.answered = i < 5000 ? 100 : 800;
		live_note(&v, &interval);
	}
	draw(80, 23);
	cr_assert(has("answered/s", "....................."), "%s",
		line("answered/s"));
	cr_assert(has("answered/s", "####################"));
	cr_assert(has("time", "2 h 46 min"), "%s", line("time"));
}

Test(live, knows_that_a_count_ends_the_run)
{
	v.count = 20000;
	live_note(&v, &interval);
	cr_assert(v.left_s == 5, "%f", v.left_s);
	interval.so_far.sent = 30000;
	live_note(&v, &interval);
	cr_assert(v.left_s == 0);
}

Test(live, says_what_is_not_known)
{
	interval.latency = NULL;
	interval.lost_known = false;
	live_note(&v, &interval);
	draw(80, 23);
	cr_assert(has("round trip", "not known"));
	cr_assert(has("lost", "not known"));
	cr_assert(!*line("p99"));
	v.replies = false;
	draw(80, 23);
	cr_assert(!*line("round trip") && !*line("answered"));
}

Test(live, shows_the_part_of_a_run)
{
	strcpy(v.part_label, "trial");
	strcpy(v.part,
		"7, at 1.20 M/s; 1.10 M/s was carried, 1.30 M/s was not");
	v.about = true;
	live_note(&v, &interval);
	draw(80, 23);
	cr_assert(has("trial", "7, at 1.20 M/s; 1.10 M/s was carried"));
	cr_assert(has("time", "about 15.0 s left"), "%s", line("time"));
	draw(40, 23);
	cr_assert(has("time", "15.0 s left"), "%s", line("time"));
	v.over = true;
	draw(80, 23);
	cr_assert(!has("time", "left"));
}

Test(live, that_is_over_is_no_longer_in_its_warm_up)
{
	interval.omitted = true;
	live_note(&v, &interval);
	draw(80, 23);
	cr_assert(strstr(line("pmill"), "  warm-up"));
	v.over = true;
	draw(80, 23);
	cr_assert(*line("pmill") && !strstr(line("pmill"), "warm-up"));
}
