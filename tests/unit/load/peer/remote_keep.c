/* SPDX-License-Identifier: MIT */
/* A server is asked for its consent repeatedly. */
#include "fake.h"
#include "load/peer/asking.h"

TestSuite(keep, .init = start, .fini = stop);

static _Atomic uint64_t lost_ns;

static void note_lost(void *arg)
{
	cr_assert(arg == &fake);
	lost_ns = clock_ns();
}

static void wait_for_hellos(uint64_t n)
{
	uint64_t start_ns = clock_ns();

	while (fake.hellos < n && !lost_ns) {
		cr_assert(clock_ns() - start_ns < 20000u * (uint64_t)MS);
		usleep(1000);
	}
}

Test(keep, repeats_its_queries)
{
	struct remote *r = open_remote();
	uint64_t start_ns = clock_ns();

	cr_assert(remote_keep(r, note_lost, &fake) == 0);
	/* The first one was remote_open()'s. */
	wait_for_hellos(4);
	cr_assert(clock_ns() - start_ns >= 1400u * (uint64_t)MS);
	cr_assert(!lost_ns && !remote_is_lost(r));
	remote_close(r);
}

static void expect_lost(enum manner manner)
{
	struct remote *r = open_remote();
	uint64_t start_ns;
	struct load_server s;

	cr_assert(remote_keep(r, note_lost, &fake) == 0);
	wait_for_hellos(2);
	fake.manner = manner;
	start_ns = clock_ns();
	while (!lost_ns) {
		cr_assert(clock_ns() - start_ns < 20000u * (uint64_t)MS);
		usleep(1000);
	}
	cr_assert(lost_ns - start_ns >= 1400u * (uint64_t)MS);
	cr_assert(remote_is_lost(r));
	/* And it is not waited for any more. */
	start_ns = clock_ns();
	cr_assert(remote_read(r, LOOK_MUST, &s) == -ETIMEDOUT);
	cr_assert(clock_ns() - start_ns < 1000u * (uint64_t)MS);
	remote_close(r);
}

Test(keep, ends_if_the_server_falls_silent)
{
	expect_lost(IS_SILENT);
}

/* Or somebody for it, who has recorded it. */
Test(keep, ends_if_an_old_reply_is_repeated)
{
	expect_lost(REPEATS_ITSELF);
}

/* Somebody who sends copies of our questions from elsewhere brings a no about:
 * that alone must not end what a yes comes for, too. */
Test(keep, ends_if_consent_is_only_denied)
{
	expect_lost(SAYS_NO);
}

Test(keep, survives_occasional_replies)
{
	struct remote *r = open_remote();

	fake.manner = LOSES_THE_FIRST;
	cr_assert(remote_keep(r, note_lost, &fake) == 0);
	wait_for_hellos(6);
	cr_assert(!lost_ns);
	remote_close(r);
}

Test(keep, that_was_not_asked_is_not_blamed)
{
	struct asking a = {.sent = 7, .yes_sent = 7};

	a.to = fake.address;
	asking_explain_loss(&a, why, sizeof(why));
	cr_assert(strstr(why, "this host is too busy"), "%s", why);
	a.sent = 9;
	asking_explain_loss(&a, why, sizeof(why));
	cr_assert(strstr(why, "asked by 2 queries"), "%s", why);
}
