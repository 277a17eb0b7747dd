/* SPDX-License-Identifier: MIT */
/* Interval reports, over the mem engine. */
#include "load/loop/interval.h"
#include "loop.h"

static struct load_interval heard;

static void hear(void *arg, const struct load_interval *i)
{
	(void)arg;
	heard = *i;
}

TestSuite(interval, .init = loop_init, .fini = loop_fini);

/* The thread that reports may get a CPU long after the one that sends. */
Test(interval, of_a_run_begins_with_its_first_datagram)
{
	const struct load_counts begin = {0};
	struct intervals told;

	loop_begin(0);
	load->hooks.interval = hear;
	turn_once(t);
	cr_assert(sent_count == 4, "%u", (unsigned)sent_count);
	intervals_begin(&told, &begin);
	intervals_tell(&told, load, false);
	cr_assert(heard.sent == 4, "%lu", heard.sent);
	intervals_tell(&told, load, false);
	cr_assert(heard.sent == 0, "%lu", heard.sent);
}
