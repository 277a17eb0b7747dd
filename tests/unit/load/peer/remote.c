/* SPDX-License-Identifier: MIT */
/* Asked once: for its consent, and for its counters. */
#include "fake.h"

#include <poll.h>
#include <signal.h>

static unsigned no_room; /* for the client's next datagrams */

ssize_t __real_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t length);
ssize_t __wrap_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t length);

ssize_t __wrap_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t length)
{
	if (fd == fake.fd || no_room == 0)
		return __real_sendto(fd, data, bytes, flags, to, length);
	no_room--;
	errno = ENOBUFS;
	return -1;
}

static uint64_t waited_ns; /* at most, by what the client asked for */

int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	const sigset_t *mask);

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	const sigset_t *mask)
{
	waited_ns += (uint64_t)timeout->tv_sec * 1000000000u +
		     (uint64_t)timeout->tv_nsec;
	return __real_ppoll(fds, n, timeout, mask);
}

TestSuite(remote, .init = start, .fini = stop);

Test(remote, says_who_it_is)
{
	struct remote *r = open_remote();

	cr_assert_str_eq(remote_about(r)->version, "1.2.3");
	cr_assert_str_eq(remote_about(r)->service, "echo");
	cr_assert_str_eq(remote_about(r)->backend, "fake");
	cr_assert(remote_about(r)->workers == 4);
	remote_close(r);
}

Test(remote, is_asked_again_if_there_was_no_room_to_send)
{
	struct remote *r;

	no_room = 3;
	r = open_remote();
	cr_assert(no_room == 0);
	remote_close(r);
}

static void expect_no_yes(enum manner manner)
{
	struct remote *r;
	uint64_t start_ns = clock_ns();

	fake.manner = manner;
	cr_assert(try(&r) == -ETIMEDOUT);
	cr_assert(strstr(why, "127.0.0.1:"), "%s", why);
	cr_assert(clock_ns() - start_ns >= 4000u * (uint64_t)MS);
	cr_assert(fake.received >= 60, "asked %lu times", fake.received);
}

Test(remote, that_is_silent_does_not_consent)
{
	expect_no_yes(IS_SILENT);
}

Test(remote, that_has_another_key_does_not_consent)
{
	expect_no_yes(IS_OF_ANOTHER_KEY);
}

/* Which is no answer to a question of this version. */
Test(remote, that_does_not_identify_itself_does_not_consent)
{
	expect_no_yes(SAYS_NOTHING);
}

static void expect_refusal(enum manner manner, int error, const char *words)
{
	struct remote *r;

	fake.manner = manner;
	waited_ns = 0;
	cr_assert(try(&r) == error);
	cr_assert(strstr(why, "127.0.0.1:"), "%s", why);
	cr_assert(strstr(why, words), "%s", why);
	cr_assert(waited_ns < 4000u * (uint64_t)MS, "at once");
}

Test(remote, that_denies_consent_is_reported_at_once)
{
	expect_refusal(SAYS_NO, -EREMCHG, "relaying");
}

Test(remote, that_is_older_is_reported_at_once)
{
	expect_refusal(IS_OLD, -EPROTONOSUPPORT, "older");
}

/* What any echo server would do. */
Test(remote, that_returns_the_query_does_not_consent)
{
	expect_no_yes(ECHOES);
}

Test(remote, that_is_absent_is_reported_at_once)
{
	struct remote_config c = {.peer = fake.address, .key = &key};
	struct socket_config sc = {0};
	struct socket_obtained got;
	uint64_t start_ns = clock_ns();
	struct remote *r;
	int fd;

	cr_assert(address_parse(&sc.bind, "127.0.0.1:0") == 0);
	fd = socket_open(&sc, &got, why, sizeof(why));
	close(fd);
	c.peer = got.bound;
	cr_assert(remote_open(&r, &c, why, sizeof(why)) == -ECONNREFUSED);
	cr_assert(clock_ns() - start_ns < 2000u * (uint64_t)MS);
}

Test(remote, tells_its_counters)
{
	struct remote *r = open_remote();
	struct load_server s;

	cr_assert(remote_read(r, LOOK_MUST, &s) == 0);
	cr_assert(s.published == 17 && s.asked);
	cr_assert(s.counters.refused_count == PARTS);
	for (size_t i = 0; i < PARTS; i++)
		cr_assert(s.counters.refused[i].name[13] == '0' + (char)i);
	/* Hello, and what asked for the first part. */
	cr_assert(s.counters.refused[0].datagrams >= 2);
	remote_close(r);
}

Test(remote, tells_counters_of_one_generation)
{
	struct remote *r = open_remote();
	struct load_server s;

	fake.manner = CHANGES_GENERATIONS;
	cr_assert(remote_read(r, LOOK_MUST, &s) == 0);
	cr_assert(fake.changed);
	cr_assert(s.counters.refused_count == PARTS);
	for (size_t i = 1; i < PARTS; i++)
		cr_assert(s.counters.refused[i].datagrams ==
			  s.counters.refused[0].datagrams);
	remote_close(r);
}

/* On a busy machine a question may be sent again while its answer is under way:
 * then it is one too many, for now. */
static void expect_queries_lost(struct remote *r, int64_t n)
{
	struct load_server s;

	for (int i = 0; i < 100; i++) {
		cr_assert(remote_read(r, LOOK_MUST, &s) == 0);
		cr_assert(s.queries_lost >= n, "%ld", s.queries_lost);
		if (s.queries_lost == n)
			return;
	}
	cr_assert_fail("%ld, not %ld", s.queries_lost, n);
}

Test(remote, counts_lost_queries)
{
	struct remote *r = open_remote();
	struct load_server s;

	expect_queries_lost(r, 0);
	fake.manner = LOSES_THE_FIRST;
	cr_assert(remote_read(r, LOOK_MUST, &s) == 0);
	fake.manner = ANSWERS;
	expect_queries_lost(r, PARTS);
	remote_close(r);
}

Test(remote, that_was_restarted_has_no_counters_for_us)
{
	struct remote *r = open_remote();
	struct load_server s;

	fake.server = 56;
	cr_assert(remote_read(r, LOOK_MUST, &s) == -ESTALE);
	remote_close(r);
}

Test(remote, that_names_no_counters_has_none)
{
	struct remote *r = open_remote();
	struct load_server s;

	fake.manner = NAMES_NO_COUNTERS;
	cr_assert(remote_read(r, LOOK_MUST, &s) == -EPROTO);
	remote_close(r);
}

Test(remote, delays_a_run_only_if_necessary)
{
	struct remote *r = open_remote();
	uint64_t before = fake.received, start_ns;
	struct load_server s;

	fake.manner = IS_SILENT;
	cr_assert(remote_read(r, LOOK_GLANCE, &s) == -EAGAIN);
	cr_assert(fake.received == before, "it was asked");
	waited_ns = 0;
	cr_assert(remote_read(r, LOOK_MAY, &s) == -ETIMEDOUT);
	cr_assert(waited_ns > 0 && waited_ns < 1000u * (uint64_t)MS);
	start_ns = clock_ns();
	cr_assert(remote_read(r, LOOK_MUST, &s) == -ETIMEDOUT);
	cr_assert(clock_ns() - start_ns >= 2000u * (uint64_t)MS);
	remote_close(r);
}
