/* SPDX-License-Identifier: MIT */
/* Round trips with a kernel that misbehaves on demand: missing stamps, a full
 * queue, a clock that is set. */
#include "load/stages/ping.h"

#include "peer.h"

#include <errno.h>
#include <limits.h>

static int withheld;           /* SOF_TIMESTAMPING_... that are not asked for */
static unsigned refused_every; /* sends; 0: none */
static bool refused_late;      /* after the datagram was numbered */
static unsigned sent;          /* calls */
static unsigned set_at;        /* one, from 1: it sets CLOCK_REALTIME */
static bool clock_set;
/* Up to so many sends each look at a clock takes as long as any other, whatever
 * else the host has to do; from 1: 0 is never. */
static unsigned even_until;

int __real_setsockopt(int, int, int, const void *, socklen_t);
int __wrap_setsockopt(int, int, int, const void *, socklen_t);
ssize_t __real_sendmsg(int, const struct msghdr *, int);
ssize_t __wrap_sendmsg(int, const struct msghdr *, int);
ssize_t __real_recv(int, void *, size_t, int);
ssize_t __wrap_recv(int, void *, size_t, int);
int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __real_nanosleep(const struct timespec *, struct timespec *);
int __wrap_nanosleep(const struct timespec *, struct timespec *);

int __wrap_setsockopt(
	int fd, int level, int option, const void *value, socklen_t n)
{
	int flags;

	if (option != SO_TIMESTAMPING)
		return __real_setsockopt(fd, level, option, value, n);
	memcpy(&flags, value, sizeof(flags));
	flags &= ~withheld;
	return __real_setsockopt(fd, level, option, &flags, sizeof(flags));
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (++sent == set_at)
		clock_set = true;
	if (!refused_every || sent % refused_every)
		return __real_sendmsg(fd, m, flags);
	if (refused_late)
		(void)__real_sendmsg(fd, m, flags);
	errno = ENOBUFS;
	return -1;
}

ssize_t __wrap_recv(int fd, void *data, size_t n, int flags)
{
	atomic_store(&given_up, true);
	return __real_recv(fd, data, n, flags);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	static atomic_long looks;
	static struct timespec start[2];
	struct timespec *first = &start[clock == CLOCK_REALTIME];
	int n = __real_clock_gettime(clock, t);

	if (sent < even_until) {
		if (!first->tv_sec)
			*first = *t;
		*t = *first;
		t->tv_nsec += atomic_fetch_add(&looks, 100);
		t->tv_sec += t->tv_nsec / 1000000000;
		t->tv_nsec %= 1000000000;
	}
	if (clock == CLOCK_REALTIME && clock_set)
		t->tv_sec += 10;
	return n;
}

/* What is withheld does not come later either: stamp_await() sleeps ten
 * thousand times before it gives up. */
int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	return withheld ? 0 : __real_nanosleep(t, left);
}

TestSuite(ping, .init = setup);

Test(ping, does_not_mistake_a_late_reply_for_the_next)
{
	static const enum load_replies replies[] = {
		REPLIES_PROBES, REPLIES_ANY};

	for (int i = 0; i < 2; i++) {
		kind = LATE_ONCE;
		config.timeout_ns = SOON;
		atomic_store(&given_up, false);
		config.replies = replies[i];
		config.count = 20;
		cr_assert(run() == 0, "%s", why);
		cr_assert(result->lost == 1, "%lu", result->lost);
		cr_assert(result->foreign == 1, "%lu", result->foreign);
		cr_assert(result->answered == 19);
	}
}

Test(ping, without_a_stamp_is_counted_but_not_guessed)
{
	static const int flags[] = {SOF_TIMESTAMPING_TX_SCHED,
		SOF_TIMESTAMPING_TX_SOFTWARE, SOF_TIMESTAMPING_SOFTWARE};

	even_until = UINT_MAX;
	config.count = 50;
	config.timeout_ns = 20 * SECOND;
	for (int i = 0; i < 3; i++) {
		withheld = flags[i];
		cr_assert(run() == 0, "%s", why);
		check_split(0);
		cr_assert(result->lost == 0);
		cr_assert(result->plain.count == 10);
		cr_assert(result->plain_skipped == 0);
		cr_assert(result->sampled >= 35, "%lu", result->sampled);
		cr_assert(result->incomplete == result->sampled);
		cr_assert(result->no_sched == (i == 1 ? 0 : result->sampled));
		cr_assert(result->no_sent == (i == 0 ? 0 : result->sampled));
		cr_assert(
			result->no_received == (i == 2 ? result->sampled : 0));
	}
}

Test(ping, keeps_its_numbers_if_a_queue_refuses_datagrams)
{
	for (int late = 0; late < 2; late++) {
		refused_every = 10;
		refused_late = late;
		cr_assert(run() == 0, "%s", why);
		cr_assert(result->sent == 1000);
		cr_assert(result->nobufs == 100);
		cr_assert(result->lost == 100);
		cr_assert(result->incomplete == 0);
		check_all_split(1);
	}
}

Test(ping, over_a_clock_that_was_set_is_skipped)
{
	set_at = 100;
	even_until = 201;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->plain_skipped == 1, "%lu", result->plain_skipped);
	cr_assert(result->plain.count + result->plain_skipped == 200);
	cr_assert(result->plain.max < 5 * SECOND);
	/* The kernel's clock, which was not set, is behind ours since then. */
	cr_assert(result->skipped == result->sampled);
	check_split(0);
}

Test(ping, before_a_clock_was_set_is_kept)
{
	set_at = 600;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->plain.count + result->plain_skipped == 200);
	cr_assert(result->skipped >= 401 && result->skipped < 420, "%lu",
		result->skipped);
	cr_assert(result->whole + result->skipped == result->sampled);
	/* 200 without stamps are not of them. */
	cr_assert(result->whole >= 380 && result->whole <= 400);
	check_split(result->whole);
	cr_assert(result->stamped.max < 5 * SECOND);
}
