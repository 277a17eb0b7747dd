/* SPDX-License-Identifier: MIT */
/* What the ledger gets from a whole run, over the mem engine and with a server
 * that the test plays. */
#include "loop.h"

#include "load/loop/moment.h"
#include "net/qdisc.h"

#define COUNT 100
/* Longer than what tells a server that is stopped from one at rest. */
#define STARVED_NS 1500000000u

static struct load_result result;
static uint64_t swallowed, unanswered, published;
static bool hidden;
/* The thread gets no CPU from the middle of a send to the end of the rest. */
static bool held;
/* A server whose figures are old for a while, once all was sent. */
static struct {
	bool is, runs;
	uint64_t until_ns;
} starved;

/* A queueing discipline holds what gets nowhere, for some looks at it. */
static struct {
	bool is, has_left;
	int looks;
} queue;

int __real_qdisc_read(int fd, bool loopback, struct qdisc_counts *out);
int __wrap_qdisc_read(int fd, bool loopback, struct qdisc_counts *out);

int __wrap_qdisc_read(int fd, bool loopback, struct qdisc_counts *out)
{
	int error = __real_qdisc_read(fd, loopback, out);

	if (queue.is && load &&
		atomic_load(&load->shared.phase) == PHASE_REST) {
		queue.has_left = ++queue.looks > 3;
		out->queued = !queue.has_left;
	}
	return error;
}

/* Of what is sent, every fifth gets nowhere, and of the others every tenth is
 * not answered. */
static int send_some(void *arg, const struct engine_message *m)
{
	uint32_t n = sent_count++;

	(void)arg;
	while (held && n == COUNT - 1 &&
		atomic_load(&load->shared.phase) != PHASE_END)
		load_sleep(MS);
	if (n % 5 == 4)
		swallowed++;
	else if (n % 10 == 0)
		unanswered++;
	else
		mem_arrive(&load->threads[0].engine, m->link, m->data, m->bytes,
			0);
	return 0;
}

static bool is_old(void)
{
	if (!starved.is || atomic_load(&load->shared.phase) != PHASE_REST)
		return false;
	if (!starved.until_ns)
		starved.until_ns =
			starved.runs ? clock_ns() + STARVED_NS : UINT64_MAX;
	/* Does not wait as long as for a server that is seen to work. */
	load_interrupt(load);
	return clock_ns() < starved.until_ns;
}

static int see_server(void *arg, enum load_look look, struct load_server *out)
{
	(void)arg;
	(void)look;
	published += !is_old();
	if (held && atomic_load(&load->shared.phase) == PHASE_REST)
		load_interrupt(load);
	*out = (struct load_server){
		.published = published, .runs = starved.runs};
	out->counters.delivered = sent_count - swallowed;
	out->counters.answered = sent_count - swallowed - unanswered;
	out->counters.absorbed = unanswered;
	if (queue.has_left) {
		out->counters.delivered += swallowed;
		out->counters.absorbed += swallowed;
	}
	return hidden ? -ENOENT : 0;
}

static void start(void)
{
	loop_init();
	script.sent = send_some;
	script.sleeps = true;
	config.count = COUNT;
	config.window = COUNT;
}

static void run(void)
{
	const struct load_hooks hooks = {.server = see_server};
	char why[256];

	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) == 0,
		"%s", why);
	cr_assert(load_run(load, &result, why, sizeof(why)) == 0, "%s", why);
}

/* This host's counters may have moved for others, and explain some of it. */
static int64_t explained(const struct ledger *l)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < LEDGER_CAUSES; i++)
		sum += l->dropped[i].datagrams;
	return (int64_t)sum;
}

TestSuite(settle, .init = start, .fini = loop_fini);

Test(settle, knows_both_ends_of_each_way)
{
	const struct ledger *l = &result.ledger;

	run();
	cr_assert_str_eq(result.engine, "mem");
	cr_assert(l->sent == COUNT && l->delivered == 80);
	cr_assert(l->answered == 70 && l->absorbed == 10);
	cr_assert(l->way[LEDGER_REQUEST].sent == COUNT);
	cr_assert(l->way[LEDGER_REQUEST].arrived == 80);
	cr_assert(l->way[LEDGER_REPLY].sent == 70);
	cr_assert(l->way[LEDGER_REPLY].arrived == 70);
	cr_assert(l->way[LEDGER_REPLY].unexplained == 0);
	cr_assert(explained(l) + l->unexplained == 20, "%ld", l->unexplained);
}

Test(settle, counts_this_run_only)
{
	run();
	sent_count = 0;
	swallowed = unanswered = 0;
	cr_assert(load_run(load, &result, noticed, sizeof(noticed)) == 0);
	cr_assert(result.ledger.sent == COUNT);
	cr_assert(result.ledger.answered == 70);
}

Test(settle, stops_at_the_client_if_no_server_is_seen)
{
	hidden = true;
	run();
	cr_assert(!result.server_seen && !result.ledger.server_seen);
	cr_assert(result.ledger.sent == COUNT && result.ledger.answered == 70);
	cr_assert(explained(&result.ledger) + result.ledger.unexplained == 30);
}

/* The host is busy. */
Test(settle, waits_for_a_server_that_runs_to_renew_its_figures)
{
	starved.is = starved.runs = true;
	run();
	cr_assert(clock_ns() >= starved.until_ns);
	cr_assert(!result.ledger.server_silent);
	cr_assert(result.ledger.delivered == 80);
}

/* The server's figures of the same look are those before it arrived. */
Test(settle, counts_what_has_just_left_a_queue)
{
	queue.is = true;
	run();
	cr_assert(queue.has_left);
	cr_assert(result.ledger.delivered == COUNT);
	cr_assert(result.ledger.dropped[LEDGER_QDISC].datagrams == 0);
	cr_assert(result.ledger.unexplained == 0);
}

Test(settle, says_that_a_server_does_not_run)
{
	starved.is = true;
	run();
	cr_assert(result.ledger.server_silent);
}

/* What it has done by then, and what was waiting for it, counts. */
Test(settle, takes_what_a_thread_without_a_cpu_left)
{
	held = true;
	run();
	cr_assert(result.ledger.sent == COUNT && result.ledger.answered == 70);
	cr_assert(result.ledger.way[LEDGER_REPLY].unexplained == 0);
	cr_assert(explained(&result.ledger) + result.ledger.unexplained == 20);
}
