/* SPDX-License-Identifier: MIT */
/* Latencies of replies: each reply counts once, with its own latency, however
 * many come at a time. The test is the server. */
#include "load/loop/receive.h"

#include "core/clock.h"
#include "load/loop/generator.h"
#include "load/loop/send.h"

#include <criterion/criterion.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#define MS    1000000u
#define BYTES 64
#define N     3

static struct load_config config;
static struct load *load;
static struct load_thread *t;
static int fd;
static uint64_t times[N];
static uint8_t data[N * BYTES];
static union address peer;

static void start(void)
{
	config = (struct load_config){
		.mode = LOAD_PACED,
		.flows = 1,
		.threads = 1,
		.train = 1,
		.run = 7,
		.socket.gro = true,
	};
	sizes_fixed(&config.sizes, BYTES);
}

static void begin(void)
{
	static const struct load_hooks hooks;
	const struct socket_config c = {
		.bind.in = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
	};
	struct socket_obtained got;
	char why[256];

	fd = socket_open(&c, &got, why, sizeof(why));
	cr_assert(fd >= 0, "%s", why);
	config.socket.remote = got.bound;
	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) == 0,
		"%s", why);
	t = &load->threads[0];
	for (int i = 0; i < LOAD_HISTOGRAMS; i++)
		histogram_init(&t->meter.histograms[i]);
}

static void stop(void)
{
	load_close(load);
	close(fd);
}

TestSuite(receive, .init = start, .fini = stop);

/* Datagrams that were meant to leave 30, 20 and 10 s ago. */
static void ask(void)
{
	const struct order order = {
		.flow = &t->flows[0], .room = N, .times = times, .per_time = 1};
	socklen_t bytes = sizeof(peer);

	for (unsigned i = 0; i < N; i++)
		times[i] = clock_ns() - (N - i) * 10000 * (uint64_t)MS;
	cr_assert(send_order(t, &order) == N);
	for (unsigned i = 0; i < N; i++)
		cr_assert(recvfrom(fd, data + i * (size_t)BYTES, BYTES, 0,
				  &peer.sa, &bytes) == BYTES);
}

/* As a server does that couples what it answers. */
static void answer(void)
{
	int segment = BYTES;

	cr_assert(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment,
			  sizeof(segment)) == 0);
	cr_assert(sendto(fd, data, sizeof(data), 0, &peer.sa,
			  address_length(&peer)) == sizeof(data));
}

static uint64_t taken(void)
{
	struct load_counts c = {0};

	meter_sum(&t->meter, &c);
	return c.answered + c.duplicate + c.corrupt + c.stale;
}

static const struct histogram *take(uint32_t datagrams)
{
	uint64_t before = taken();

	cr_assert(receive_next(t, 0) == &t->flows[0]);
	cr_assert(receive_next(t, 0) == NULL);
	cr_assert(taken() - before == datagrams);
	return &t->meter.histograms[LOAD_LATENCY];
}

static void assert_each_is_its_own(const struct histogram *h)
{
	cr_assert(h->count == N, "%lu", h->count);
	cr_assert(h->min / (1000 * (uint64_t)MS) == 10, "%lu", h->min);
	cr_assert(h->max / (1000 * (uint64_t)MS) == 30, "%lu", h->max);
	cr_assert((uint64_t)histogram_mean(h) / (1000 * (uint64_t)MS) == 20);
}

Test(receive, counts_each_probe_of_a_train)
{
	begin();
	ask();
	answer();
	assert_each_is_its_own(take(N));
}

Test(receive, counts_each_reply_without_a_number)
{
	config.replies = REPLIES_ANY;
	begin();
	ask();
	answer();
	assert_each_is_its_own(take(N));
}

Test(receive, counts_no_duplicate)
{
	begin();
	ask();
	answer();
	answer();
	assert_each_is_its_own(take(2 * N));
}

Test(receive, counts_nothing_that_is_damaged)
{
	begin();
	ask();
	data[20] ^= 1;
	answer();
	cr_assert(take(N)->count == N - 1);
}

Test(receive, counts_what_was_sent_at_one_time_at_once)
{
	begin();
	ask();
	for (unsigned i = 0; i < N; i++) {
		struct probe p;

		cr_assert(probe_read(data + i * (size_t)BYTES, BYTES, &p));
		p.sent_ns = times[0];
		probe_write(data + i * (size_t)BYTES, BYTES, &p);
	}
	answer();
	cr_assert(take(N)->count == N);
	cr_assert(t->meter.histograms[LOAD_LATENCY].min ==
		  t->meter.histograms[LOAD_LATENCY].max);
}

/* What reflect took in two batches has two ways there. */
Test(receive, counts_each_way_of_a_train)
{
	const struct histogram *h;

	config.one_clock = true;
	begin();
	ask();
	for (unsigned i = 0; i < N; i++) {
		const struct probe_receive r = {
			.received_ns =
				times[i] + (i + 1) * 1000 * (uint64_t)MS};

		probe_answer(data + i * (size_t)BYTES, BYTES, &r);
	}
	answer();
	(void)take(N);
	h = &t->meter.histograms[LOAD_THERE];
	cr_assert(h->count == N);
	cr_assert(h->min == 1000 * (uint64_t)MS);
	cr_assert(h->max == 3000 * (uint64_t)MS);
}

/* RFC 3550, A.8, worked by hand: 30 s, 20 s, 10 s are two differences of 10 s,
 * each a sixteenth of the way. */
Test(receive, smooths_how_much_round_trips_differ)
{
	const struct jitter *j;
	struct load_counts c = {0};

	begin();
	j = &t->flows[0].jitter;
	ask();
	answer();
	(void)take(N);
	meter_sum(&t->meter, &c);
	cr_assert(j->count == N);
	cr_assert(c.differences == N - 1);
	cr_assert(c.difference_ns / (1000 * (uint64_t)MS) == 20, "%lu",
		c.difference_ns);
	/* 10 / 16, and 10 / 16 + (10 - 10 / 16) / 16 seconds. */
	cr_assert(j->scaled / 16 / MS == 1210, "%lu", j->scaled / 16);
}

Test(receive, counts_the_numbers_that_are_passed_over)
{
	struct load_counts c = {0};

	begin();
	ask();
	cr_assert(sendto(fd, data + 2 * BYTES, BYTES, 0, &peer.sa,
			  address_length(&peer)) == BYTES);
	(void)take(1);
	meter_sum(&t->meter, &c);
	cr_assert(c.gaps == 2 && c.answered == 1);
	cr_assert(sendto(fd, data, BYTES, 0, &peer.sa, address_length(&peer)) ==
		  BYTES);
	(void)take(1);
	c = (struct load_counts){0};
	meter_sum(&t->meter, &c);
	cr_assert(c.gaps - c.reordered - c.late == 1);
}

/* What becomes of the second of three that were sent at one time. */
struct second {
	const char *what;
	uint32_t run, flow;
	uint64_t sequence;
	uint8_t flip;
	struct load_counts counts;
};

static void make_second(const struct second *c)
{
	for (unsigned i = 0; i < N; i++) {
		uint8_t *at = data + i * (size_t)BYTES;
		struct probe p;

		cr_assert(probe_read(at, BYTES, &p));
		p.sent_ns = times[0];
		if (i == 1) {
			p.run += c->run;
			p.flow += c->flow;
			p.sequence = c->sequence;
		}
		probe_write(at, BYTES, &p);
		if (i == 1)
			at[14] ^= c->flip;
	}
}

/* Replies in a row are counted at once, but each is looked at. */
Test(receive, checks_each_that_was_sent_at_one_time)
{
	static const struct second cases[] = {
		{"right", .sequence = 1, .counts = {.answered = 3}},
		{"damaged", .sequence = 1, .flip = 1,
			.counts = {.answered = 2, .corrupt = 1, .gaps = 1}},
		{"of another run", .sequence = 1, .run = 1,
			.counts = {.answered = 2, .stale = 1, .gaps = 1}},
		{"of another flow", .sequence = 1, .flow = 1,
			.counts = {.answered = 2, .stale = 1, .gaps = 1}},
		{"a duplicate", .sequence = 0,
			.counts = {.answered = 2, .duplicate = 1, .gaps = 1}},
		{"never sent", .sequence = N,
			.counts = {.answered = 2, .corrupt = 1, .gaps = 1}},
	};

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct load_counts *want = &cases[i].counts;
		struct load_counts c = {0};

		if (i > 0) {
			stop();
			begin();
		}
		ask();
		make_second(&cases[i]);
		answer();
		(void)take(N);
		meter_sum(&t->meter, &c);
		cr_assert(c.answered == want->answered, "%s", cases[i].what);
		cr_assert(c.answered_bytes == want->answered * BYTES);
		cr_assert(c.corrupt == want->corrupt, "%s", cases[i].what);
		cr_assert(c.stale == want->stale, "%s", cases[i].what);
		cr_assert(c.duplicate == want->duplicate, "%s", cases[i].what);
		cr_assert(c.gaps == want->gaps, "%s", cases[i].what);
	}
}
