/* SPDX-License-Identifier: MIT */
/* How a row is judged of which replies are missing, with a server that the test
 * plays. */
#include "load/stress/settle.h"

#include "core/clock.h"
#include "load/stress/rows.h"
#include "load/stress/stresses.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define MS    1000000u
#define SENT  64
#define CAME  2
#define BYTES 64

static struct stress_lab *lab;
static struct stress_result result;
static struct ledger_server counters;
static uint64_t published;
static atomic_bool interrupted;
static bool interrupts;        /* while the row's datagrams are waited for */
static uint64_t held_until_ns; /* it has received all, and answered some */

static int see_server(void *arg, enum load_look look, struct load_server *out)
{
	(void)arg;
	(void)look;
	if (interrupts && counters.delivered)
		atomic_store(&interrupted, true);
	if (clock_ns() >= held_until_ns) {
		published++;
		counters.answered = counters.delivered;
		counters.answered_bytes = counters.delivered_bytes;
	}
	*out = (struct load_server){
		.counters = counters, .published = published, .runs = true};
	return 0;
}

static void start(void)
{
	static const struct stress_config config = {
		.socket.remote.in = {.sin_family = AF_INET,
			.sin_port = 9,
			.sin_addr.s_addr = 0x0100007f},
		.interrupted = &interrupted,
		.server = see_server,
	};
	char why[256];

	lab = calloc(1, sizeof(*lab));
	cr_assert(lab != NULL);
	cr_assert(lab_open(lab, &config, &result, why, sizeof(why)) == 0, "%s",
		why);
	lab->stress = &stress_bursts;
	lab->deadline_ns = UINT64_MAX;
	(void)lab_begin(lab, "a row", "a rule");
	lab->row->datagrams = SENT;
	lab->row->answered = CAME;
	counters.delivered = SENT;
	counters.delivered_bytes = (uint64_t)SENT * BYTES;
}

static void end(void)
{
	lab_close(lab);
	free(lab);
}

static void settle(void)
{
	const struct lab_client client = {
		.sent_bytes = (uint64_t)SENT * BYTES,
		.answered_bytes = (uint64_t)CAME * BYTES,
		.bytes = BYTES,
	};

	lab_rest(lab);
	lab_settle(lab, &client);
}

TestSuite(settle, .init = start, .fini = end);

/* This host's counters may have moved for others, and explain it. */
Test(settle, fails_a_row_whose_replies_do_not_come)
{
	settle();
	cr_assert((lab->row->verdict == STRESS_FAILED) ==
		  (lab->row->ledger.unexplained > 0));
}

Test(settle, does_not_judge_a_row_that_was_interrupted)
{
	atomic_store(&interrupted, true);
	cr_assert(lab_over(lab));
	settle();
	cr_assert(lab->row->verdict == STRESS_CUT);
	cr_assert_str_eq(lab->row->why, "interrupted");
}

Test(settle, does_not_judge_a_row_interrupted_in_its_wait)
{
	interrupts = true;
	settle();
	cr_assert(lab->row->verdict != STRESS_FAILED);
	cr_assert(result.interrupted || lab->row->ledger.unexplained == 0);
}

Test(settle, fails_an_interrupted_row_with_a_wrong_answer)
{
	atomic_store(&interrupted, true);
	cr_assert(lab_over(lab));
	lab->row->wrong = 1;
	settle();
	lab_end(lab);
	cr_assert(lab->row->verdict == STRESS_FAILED);
}

/* A server without a CPU: it answers later what it has received. */
Test(settle, waits_for_what_the_server_has_not_answered_yet)
{
	counters.answered = CAME;
	held_until_ns = clock_ns() + 300 * (uint64_t)MS;
	lab_rest(lab);
	cr_assert(lab->rested);
	cr_assert(lab->now.server.counters.answered == SENT);
}
