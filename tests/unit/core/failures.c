/* SPDX-License-Identifier: MIT */
#include "core/failures.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int network[] = {
	ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EPROTO};
static const int final[] = {EBADF, ENOTSOCK, EFAULT, EINVAL, ENOSYS};
static const int lasting[] = {EPERM, EACCES, ENOMEM, ENOBUFS, EIO, EBUSY};

Test(failures, that_the_network_reports_end_nothing)
{
	for (size_t i = 0; i < COUNT(network); i++) {
		struct failures f = {0};

		for (int n = 1; n < FAILURES_REPORTS; n++)
			cr_assert(failures_judge(&f, network[i]) ==
				  FAILURES_PASS);
		/* So many at once are no news any more. */
		for (int n = 0; n < 1000; n++)
			cr_assert(failures_judge(&f, network[i]) ==
				  FAILURES_PAUSE);
	}
}

Test(failures, that_are_permanent_end_it_at_once)
{
	for (size_t i = 0; i < COUNT(final); i++) {
		struct failures f = {0};

		failures_none(&f);
		cr_assert(failures_judge(&f, final[i]) == FAILURES_END);
	}
}

Test(failures, that_may_be_temporary_end_it_after_a_while)
{
	for (size_t i = 0; i < COUNT(lasting); i++) {
		struct failures f = {0};

		failures_none(&f);
		for (int n = 1; n < FAILURES_MAX; n++)
			cr_assert(failures_judge(&f, lasting[i]) ==
				  FAILURES_PAUSE);
		cr_assert(failures_judge(&f, lasting[i]) == FAILURES_END);
	}
}

Test(failures, are_counted_anew_after_a_success)
{
	struct failures f = {0};

	for (int round = 0; round < 10; round++) {
		failures_none(&f);
		for (int n = 1; n < FAILURES_MAX; n++)
			cr_assert(failures_judge(&f, EPERM) == FAILURES_PAUSE);
	}
}

Test(failures, of_a_call_that_has_never_worked_end_it_at_once)
{
	for (size_t i = 0; i < COUNT(lasting); i++) {
		struct failures f = {0};

		cr_assert(failures_judge(&f, lasting[i]) == FAILURES_END);
	}
}

/* A signal says nothing about the call, unless there is no end to them. */
Test(failures, by_interruption_do_not_end_a_new_call_at_once)
{
	struct failures f = {0};

	for (int n = 1; n < FAILURES_MAX; n++)
		cr_assert(failures_judge(&f, EINTR) == FAILURES_PAUSE);
	cr_assert(failures_judge(&f, EINTR) == FAILURES_END);
}

Test(failures, come_with_advice_if_there_is_any)
{
	cr_assert(strstr(failure_advice(EPERM), "seccomp"));
	cr_assert(strstr(failure_advice(ENOSYS), "kernel"));
	cr_assert(strstr(failure_advice(ENOMEM), "memory"));
	cr_assert(strstr(failure_advice(ENOMEM), "ulimit -l"));
	cr_assert(strstr(failure_advice(EMFILE), "ulimit -n"));
	cr_assert(strstr(failure_advice(ENFILE), "fs.file-max"));
	cr_assert(strcmp(failure_advice(EIO), "") == 0);
}
