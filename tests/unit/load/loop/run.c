/* SPDX-License-Identifier: MIT */
/* The figures of a run are consistent: those of one moment are from the same
 * moment. */
#include "load/loop/generator.h"

#include "load/loop/moment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define MS 1000000u

static struct load_config config;
static struct load *load;
static struct load_result result;
static int fd;
static pthread_t thread;
static atomic_bool over, held; /* held: no reply leaves */
static atomic_int delay_us;    /* of the next reply */
static atomic_ullong echoed, echo_turns;
static atomic_bool lose_next;
static atomic_bool hold_receive; /* the next one, until all else rests */
static enum {
	TICKS,
	TICKS_AWAIT_ALL,
	TICKS_AWAIT_REPLIES,
	TICKS_AWAIT_HOLD, /* a receive is held up before the run's end */
} ticks;
static char why[256];
static uint64_t published;

/* Who answers. */
static void *echo(void *arg)
{
	uint8_t data[2048];

	(void)arg;
	while (!atomic_load(&over)) {
		union address peer;
		socklen_t bytes = sizeof(peer);
		ssize_t n =
			recvfrom(fd, data, sizeof(data), 0, &peer.sa, &bytes);

		atomic_fetch_add(&echo_turns, 1);
		if (n < 0)
			continue;
		(void)usleep((useconds_t)atomic_exchange(&delay_us, 0));
		if (atomic_exchange(&lose_next, false))
			continue;
		while (atomic_load(&held) && !atomic_load(&over))
			(void)usleep(100);
		atomic_fetch_add(&echoed, 1);
		(void)sendto(fd, data, (size_t)n, 0, &peer.sa, bytes);
	}
	return NULL;
}

int __real_call_recvmmsg(int, struct mmsghdr *, unsigned, int);
int __wrap_call_recvmmsg(int, struct mmsghdr *, unsigned, int);
int __real_nanosleep(const struct timespec *, struct timespec *);
int __wrap_nanosleep(const struct timespec *, struct timespec *);

/* As on a host that has other work, between a reply and what it lets go. */
int __wrap_call_recvmmsg(int s, struct mmsghdr *m, unsigned count, int flags)
{
	int n = __real_call_recvmmsg(s, m, count, flags);

	if (n <= 0 || !atomic_exchange(&hold_receive, false))
		return n;
	while (atomic_load(&load->shared.phase) < PHASE_REST)
		(void)usleep(1000);
	(void)usleep(300000);
	return n;
}

/* A tick of a run that goes on is as long as it takes until a reply comes; in
 * the window, until more come than all threads take in a turn, as the turn in
 * which they see it begin does not count. */
static void await_reply(void)
{
	bool window = atomic_load(&load->shared.phase) == PHASE_WINDOW;
	uint64_t few = window ? config.flows * config.window : 0;
	/* Not since the last tick: the phase may have begun long after it. */
	uint64_t before = load_count_all(load).answered;

	while (load_count_all(load).answered <= before + few)
		(void)usleep(100);
}

/* By a count, one that begins before all has been sent ends when it has. The
 * next one lets replies go, and ends when all have come. */
static void await_all(bool sent_before)
{
	while (load_count_all(load).sent < config.count)
		(void)usleep(100);
	if (!sent_before)
		return;
	atomic_store(&held, false);
	while (load_count_all(load).answered < config.count)
		(void)usleep(100);
}

int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	bool all = load_count_all(load).sent == config.count;
	int n = __real_nanosleep(t, left);

	if (ticks == TICKS_AWAIT_ALL)
		await_all(all);
	if (ticks == TICKS_AWAIT_REPLIES &&
		atomic_load(&load->shared.phase) < PHASE_REST)
		await_reply();
	while (ticks == TICKS_AWAIT_HOLD && atomic_load(&hold_receive))
		(void)usleep(100);
	return n;
}

static void start(void)
{
	const struct timeval wait = {.tv_usec = 10000};
	const struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
	};
	struct socket_obtained got;

	fd = socket_open(&c, &got, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	cr_assert(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
			  sizeof(wait)) == 0);
	cr_assert(pthread_create(&thread, NULL, echo, NULL) == 0);
	config = (struct load_config){
		.socket.remote = got.bound,
		.mode = LOAD_WINDOW,
		.flows = 4,
		.threads = 2,
		.train = 1,
		.window = 8,
		.run = 7,
		.omit_ns = 50 * MS,
		.time_ns = 100 * MS,
		.interval_ns = 1000 * MS,
	};
	sizes_fixed(&config.sizes, 64);
}

static void stop(void)
{
	load_close(load);
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	close(fd);
}

TestSuite(run, .init = start, .fini = stop);

static struct load_hooks hooks;

static void run(void)
{
	if (!load)
		cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) ==
				  0,
			"%s", why);
	cr_assert(load_run(load, &result, why, sizeof(why)) == 0, "%s", why);
}

/* Each reply behind it has a latency, and none before it. */
static void assert_one_beginning(bool warm_up)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < config.threads; i++) {
		const struct load_thread *t = &load->threads[i];
		struct load_counts all = {0};
		struct histogram latency;

		meter_sum(&t->meter, &all);
		meter_latency(&t->meter, &latency);
		before += t->meter.before.answered;
		cr_assert(latency.count ==
			  all.answered - t->meter.before.answered);
	}
	cr_assert(warm_up == (before > 0));
	cr_assert(result.histograms[LOAD_LATENCY].count >=
		  result.window.answered);
}

Test(run, begins_to_count_where_it_begins_to_time)
{
	ticks = TICKS_AWAIT_REPLIES;
	run();
	assert_one_beginning(true);
	cr_assert(result.window.answered > 0);
	cr_assert(result.window.answered < result.whole.answered);
}

Test(run, without_a_warm_up_counts_all)
{
	config.omit_ns = 0;
	run();
	assert_one_beginning(false);
	cr_assert(
		result.histograms[LOAD_LATENCY].count == result.whole.answered);
}

Test(run, that_ends_in_its_warm_up_counts_all)
{
	/* Long enough for a host that has other work. */
	config.omit_ns = 60000 * (uint64_t)MS;
	config.count = 100;
	run();
	assert_one_beginning(false);
	cr_assert(result.window.sent == 100);
	cr_assert(result.histograms[LOAD_LATENCY].count == 100);
}

Test(run, that_follows_another_counts_its_own)
{
	ticks = TICKS_AWAIT_REPLIES;
	run();
	run();
	cr_assert(result.window.answered > 0);
	cr_assert(result.window.answered < result.whole.answered);
	cr_assert(
		result.histograms[LOAD_LATENCY].count < result.whole.answered);
}

static void hold_up(int signal)
{
	(void)signal;
	(void)usleep(400000);
}

/* A server that has answered all, and is as good as at rest. */
static int look_at_answers(
	void *arg, enum load_look look, struct load_server *out)
{
	static bool held_up;
	uint64_t sent = load_count_all(load).sent;

	(void)arg;
	(void)look;
	*out = (struct load_server){
		.counters = {.delivered = sent, .answered = sent},
		.published = ++published,
	};
	if (sent == 8 && !held_up)
		pthread_kill(load->threads[0].thread, SIGUSR1);
	held_up = sent == 8;
	return 0;
}

/* As on a host that has other work: the replies lie in the socket meanwhile. */
Test(run, counts_replies_of_a_thread_delayed_at_its_end)
{
	signal(SIGUSR1, hold_up);
	hooks.server = look_at_answers;
	config.flows = config.threads = 1;
	config.count = 8;
	config.omit_ns = 0;
	atomic_store(&delay_us, 100000);
	run();
	cr_assert(result.whole.sent == 8);
	cr_assert(result.whole.answered == 8, "%lu", result.whole.answered);
}

/* What it has received and answered. */
static int look_at_echoed(
	void *arg, enum load_look look, struct load_server *out)
{
	uint64_t n = atomic_load(&echoed);

	(void)arg;
	(void)look;
	*out = (struct load_server){
		.counters = {.delivered = n,
			.answered = n,
			.delivered_bytes = n * 64,
			.answered_bytes = n * 64},
		/* As a server's, its figures age while it gets no CPU. */
		.published = atomic_load(&echo_turns),
		.runs = true,
	};
	return 0;
}

/* It had not heard that nothing is to be sent any more, and sends. */
Test(run, lasts_while_a_delayed_thread_may_still_send)
{
	hooks.server = look_at_echoed;
	config.flows = config.threads = 1;
	config.omit_ns = 0;
	ticks = TICKS_AWAIT_HOLD;
	atomic_store(&hold_receive, true);
	run();
	cr_assert(result.whole.sent > config.window);
	cr_assert(result.whole.sent == atomic_load(&echoed));
	cr_assert(result.whole.answered == result.whole.sent);
	cr_assert(!result.ledger.shared);
	cr_assert(result.ledger.delivered == result.whole.sent);
}

/* At the start it has not yet told of a query that it has received; and then it
 * drops one with a datagram. */
static int look_at_drops(
	void *arg, enum load_look look, struct load_server *out)
{
	static bool started;
	int n = look_at_echoed(arg, look, out);

	out->queries_lost = 1;
	out->queries_sent = 1 + started;
	out->counters.socket_drops = started ? 2 : 0;
	started = true;
	return n;
}

Test(run, counts_queries_lost_before_a_snapshot)
{
	hooks.server = look_at_drops;
	config.flows = config.threads = 1;
	config.count = 8;
	config.omit_ns = 0;
	config.server_apart = true;
	atomic_store(&lose_next, true);
	run();
	cr_assert(result.whole.sent == 8);
	cr_assert(result.whole.answered == 7);
	cr_assert(result.ledger.unexplained == 0, "%ld",
		result.ledger.unexplained);
}

Test(run, by_a_count_ends_with_its_last_reply)
{
	uint64_t last_ns = 0;

	ticks = TICKS_AWAIT_ALL;
	config.count = 100;
	config.omit_ns = 0;
	run();
	for (uint32_t i = 0; i < config.threads; i++)
		if (load->threads[i].meter.active_ns > last_ns)
			last_ns = load->threads[i].meter.active_ns;
	cr_assert(result.window.answered == 100);
	cr_assert(load->shared.start_ns + result.to_ns == last_ns);
	cr_assert(result.seconds > 0);
}

/* The first look finds all of them sent, and none answered. */
Test(run, by_a_count_has_the_replies_that_come_soon)
{
	ticks = TICKS_AWAIT_ALL;
	atomic_store(&held, true);
	config.count = 8;
	config.omit_ns = 0;
	run();
	cr_assert(result.window.answered == 8, "%lu", result.window.answered);
	cr_assert(result.seconds > 0.02);
}
