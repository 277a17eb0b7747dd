/* SPDX-License-Identifier: MIT */
/* Round trips on loopback, split, with a peer that answers as told. */
#include "load/stages/stages.h"

#include "peer.h"

#include <errno.h>
#include <sys/resource.h>

static bool answered_at_once; /* the answer is there when a send returns */

ssize_t __real_sendmsg(int, const struct msghdr *, int);
ssize_t __wrap_sendmsg(int, const struct msghdr *, int);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t n = __real_sendmsg(fd, m, flags);

	if (answered_at_once && n > 0)
		serve_one();
	return n;
}

TestSuite(stages, .init = setup);

Test(stages, of_every_round_trip_add_up_to_it)
{
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->sent == 1000);
	cr_assert(result->answered == 1000);
	cr_assert(result->lost == 0);
	cr_assert(result->plain.count == 200);
	check_all_split(800);
	for (int i = STAGES_OF_ALL; i < STAGES; i++)
		cr_assert(result->stages[i].count == 0);
}

Test(stages, of_a_single_round_trip_add_up_to_it)
{
	cr_assert(pthread_create(&thread, NULL, serve, NULL) == 0);
	config.count = 1;
	for (int i = 0; i < 50; i++) {
		cr_assert(stages_run(&config, result, why, sizeof(why)) == 0,
			"%s", why);
		check_split(1);
		cr_assert(result->stamped.sum > 0);
	}
}

/* Without a warm-up, and without another socket that asks for stamps. */
Test(stages, of_few_round_trips_are_all_split)
{
	close(stamped);
	cr_assert(pthread_create(&thread, NULL, serve, NULL) == 0);
	config.count = 5;
	for (int i = 0; i < 10; i++) {
		cr_assert(stages_run(&config, result, why, sizeof(why)) == 0,
			"%s", why);
		check_split(4);
	}
	/* The serving thread ends by a datagram of it. */
	stamped = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert(stamped >= 0);
}

/* How often this thread has slept. */
static long sleeps(void)
{
	struct rusage u;

	cr_assert(getrusage(RUSAGE_THREAD, &u) == 0);
	return u.ru_nvcsw;
}

Test(stages, are_split_by_a_spinning_receive_that_never_sleeps)
{
	long before = sleeps();

	config.spin_ns = SPIN_ALWAYS;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
	/* A hundred of them before, while it waits for the kernel's stamps. */
	cr_assert(sleeps() - before < 300, "%ld", sleeps() - before);
}

Test(stages, end_with_the_time)
{
	config.count = 0;
	config.omit_ns = SECOND / 50;
	config.time_ns = SECOND;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->seconds >= 1 && result->seconds < 5);
	cr_assert(result->plain_seconds >= 0.25);
	check_all_split(1);
	cr_assert(result->plain.count > 0);
}

Test(stages, of_reflect_are_split_at_the_servers_clock)
{
	kind = REFLECT;
	config.shared_clock = true;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
	cr_assert(result->stages[STAGE_REQUEST].count == result->whole);
	cr_assert(result->stages[STAGE_REQUEST].sum +
			  result->stages[STAGE_REPLY].sum ==
		  result->stages[STAGE_PEER].sum);
}

Test(stages, of_reflect_on_another_host_are_not)
{
	kind = REFLECT;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
	cr_assert(result->stages[STAGE_REQUEST].count == 0);
}

Test(stages, of_echo_have_no_clock_of_the_server)
{
	config.shared_clock = true;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
	cr_assert(result->stages[STAGE_REQUEST].count == 0);
}

Test(stages, take_replies_that_are_text_or_anything)
{
	kind = TEXT;
	config.replies = REPLIES_TEXT;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
	kind = ECHO;
	config.replies = REPLIES_ANY;
	config.length = 2;
	cr_assert(run() == 0, "%s", why);
	check_all_split(700);
}

Test(stages, accept_nothing_else_as_a_reply)
{
	kind = JUNK_FIRST;
	config.count = 100;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->answered == 100);
	cr_assert(result->foreign == 100);
	check_all_split(70);
}

Test(stages, of_a_lost_datagram_are_not_given_to_the_next)
{
	silent_at = 50;
	config.count = 100;
	config.timeout_ns = SOON;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->sent == 100);
	/* On a busy host others may be late by as much. */
	cr_assert(result->lost >= 1);
	cr_assert(result->answered == 100 - result->lost);
	cr_assert(result->sampled + result->lost >= 70);
	check_split(result->sampled);
}

Test(stages, with_nobody_there_fail_at_once)
{
	uint64_t start = clock_ns();

	close(server);
	cr_assert(
		stages_run(&config, result, why, sizeof(why)) == -ECONNREFUSED);
	cr_assert(strncmp(why, "nobody listens", 14) == 0, "%s", why);
	/* No timeout was waited for. */
	cr_assert(clock_ns() - start < config.timeout_ns);
}

Test(stages, with_a_silent_peer_fail_in_a_second)
{
	static const uint64_t spins[] = {0, SPIN_ALWAYS, 50000};

	for (int spin = 0; spin < 3; spin++) {
		uint64_t start = clock_ns();

		kind = NOTHING;
		config.timeout_ns = SOON;
		config.spin_ns = spins[spin];
		cr_assert(run() == -ETIMEDOUT);
		cr_assert(strncmp(why, "no reply", 8) == 0, "%s", why);
		cr_assert(clock_ns() - start < config.time_ns / 2);
	}
}

Test(stages, with_a_peer_that_answers_something_else_say_so)
{
	kind = TEXT;
	config.count = 1;
	config.timeout_ns = SOON;
	answered_at_once = true;
	cr_assert(stages_run(&config, result, why, sizeof(why)) == -ETIMEDOUT);
	cr_assert(strstr(why, "datagrams that are not replies"), "%s", why);
}

Test(stages, interrupted_end_with_what_there_is)
{
	config.count = 0;
	interrupt_after = 500;
	cr_assert(run() == 0, "%s", why);
	cr_assert(result->interrupted);
	cr_assert(result->sent == 500, "%lu", result->sent);
}
