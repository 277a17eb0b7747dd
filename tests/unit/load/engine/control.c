/* SPDX-License-Identifier: MIT */
/* What a send says of its departure, as the kernel reads it. That a queueing
 * discipline obeys is not seen here: loopback has none, and lets go at once. */
#include "load/engine/control.h"

#include "core/clock.h"
#include "load/loop/run.h"

#include <criterion/criterion.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SCM_TXTIME
#define SCM_TXTIME 61
#endif
#define MS 1000000u

struct said {
	uint16_t segment;
	uint64_t leave_ns;
	int count;
};

static struct said read_control(struct msghdr *h)
{
	struct said s = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c;
		c = CMSG_NXTHDR(h, c), s.count++) {
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_SEGMENT)
			memcpy(&s.segment, CMSG_DATA(c), sizeof(s.segment));
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TXTIME)
			memcpy(&s.leave_ns, CMSG_DATA(c), sizeof(s.leave_ns));
	}
	return s;
}

static struct said written(uint16_t segment, uint64_t leave_ns)
{
	static _Alignas(struct cmsghdr) char room[TXTIME_CONTROL];
	struct msghdr h = {.msg_control = room, .msg_controllen = 1};

	txtime_control(&h, room, segment, leave_ns);
	cr_assert(!h.msg_control == !h.msg_controllen);
	cr_assert(h.msg_controllen <= sizeof(room));
	return read_control(&h);
}

Test(txtime, is_said_beside_the_segment)
{
	struct said s = written(1400, 123456789012345);

	cr_assert(s.count == 2 && s.segment == 1400 &&
		  s.leave_ns == 123456789012345);
	s = written(0, 5);
	cr_assert(s.count == 1 && s.leave_ns == 5);
	s = written(64, 0);
	cr_assert(s.count == 1 && s.segment == 64);
	cr_assert(written(0, 0).count == 0);
}

Test(txtime, is_of_the_clock_that_the_discipline_has)
{
	uint64_t ahead = txtime_ahead_ns(CLOCK_TAI);
	struct timespec t;
	int64_t off;

	cr_assert(txtime_ahead_ns(CLOCK_MONOTONIC) == 0);
	clock_gettime(CLOCK_TAI, &t);
	off = (int64_t)((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec -
			clock_ns() - ahead);
	cr_assert(off > -1000 * (int64_t)MS && off < 1000 * (int64_t)MS);
}

Test(txtime, that_is_over_is_moved_for_etf_alone)
{
	cr_assert(txtime_leave_ns(CLOCK_MONOTONIC, 5, 10 * MS) == 5);
	cr_assert(txtime_leave_ns(CLOCK_TAI, 5, 10 * MS) > 10 * MS);
	cr_assert(txtime_leave_ns(CLOCK_TAI, 11 * MS, 10 * MS) == 11 * MS);
}

/* The rest is of a thread of the generator, and a peer that never looks. */

static struct load_config config;
static struct load *load;
static struct load_thread *t;
static int fd;

static void start(void)
{
	config = (struct load_config){
		.mode = LOAD_PACED,
		.replies = REPLIES_NONE,
		.flows = 1,
		.threads = 1,
		.train = 1,
		.txtime = true,
		.txtime_clock = CLOCK_MONOTONIC,
		.time_ns = 1000 * MS,
	};
	config.pace.burst = 1;
	pace_constant(&config.pace, 20000, 10000000000u);
	sizes_fixed(&config.sizes, 64);
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
	config.remote = got.bound;
	cr_assert(load_open(&load, &config, &hooks, why, sizeof(why)) == 0,
		"%s", why);
	t = &load->threads[0];
	load->shared.start_ns = clock_ns();
	schedule_start(t);
}

static void stop(void)
{
	load_close(load);
	if (fd > 0)
		close(fd);
}

TestSuite(txtime_thread, .init = start, .fini = stop);

/* Those of the last call. */
static void assert_times(uint32_t messages)
{
	for (uint32_t i = 0; i < messages; i++)
		cr_assert(read_control(&t->out_headers[i].msg_hdr).leave_ns ==
			  t->out_messages[i].meant_ns);
}

Test(txtime_thread, sends_ahead_and_says_when)
{
	uint64_t before, sent;

	begin();
	before = clock_ns();
	sent = schedule_step(t);
	/* Twenty to a millisecond, and what the test itself took. */
	cr_assert(sent >= 20, "%lu", sent);
	cr_assert(t->out_messages[19].meant_ns ==
		  load->shared.start_ns + 19 * MS / 20);
	cr_assert(sent <= 21 + (clock_ns() - load->shared.start_ns) / 50000);
	assert_times((uint32_t)sent < 64 ? (uint32_t)sent : 64);
	cr_assert(clock_ns() >= before);
	/* It is not asked again for each departure. */
	cr_assert(schedule_wait_ns(t, before) >= MS / 4);
}

Test(txtime_thread, has_bursts_as_trains_that_leave_at_one_time)
{
	struct load_counts c = {0};

	config.train = 8;
	config.pace.burst = 8;
	sizes_range(&config.sizes, 64, 1400, 3);
	begin();
	cr_assert(schedule_step(t) >= 8);
	thread_counts(t, &c);
	cr_assert(c.send_errors == 0 && c.sent >= 8);
	assert_times(1);
}

Test(txtime_thread, does_not_count_what_is_early_as_late)
{
	begin();
	cr_assert(schedule_step(t) > 0);
	cr_assert(t->histograms[LOAD_LAG].max < 1000000000u);
}

Test(txtime_thread, says_nothing_where_it_is_not_asked_for)
{
	config.txtime = false;
	begin();
	(void)schedule_step(t);
	cr_assert(t->out_headers[0].msg_hdr.msg_controllen == 0);
}
