/* SPDX-License-Identifier: MIT */
#include "cli/load/report/trial_line.h"

#include <criterion/criterion.h>
#include <string.h>

static char text[TRIAL_LINE_ROOM];
static struct load_trial trial;

static void start(void)
{
	trial = (struct load_trial){
		.rate = 123456,
		.sent_rate = 123400,
		.loss = 0.046731,
		.p50_ns = 142000000,
		.outcome = SEARCH_LOSSY,
		.cause = "server_socket",
		.balances = true,
	};
}

TestSuite(trial_line, .init = start);

/* How many lines it has, each of which fits. */
static unsigned lines(void)
{
	unsigned n = 0;

	load_trial_line(&trial, 12, text);
	for (const char *at = text, *end; (end = strchr(at, '\n'));
		at = end + 1) {
		cr_assert(end - at < 80, "%s", text);
		n++;
	}
	cr_assert(text[strlen(text) - 1] == '\n');
	return n;
}

Test(trial_line, has_the_cause)
{
	cr_assert(lines() == 1);
	cr_assert(strcmp(text, " 12  123 k/s  sent  123 k/s  loss   4.6731 %  "
			       "p50  142 ms  lossy, server_socket\n") == 0,
		"%s", text);
}

Test(trial_line, goes_on_below_if_it_is_too_long)
{
	trial.loss = 1;
	trial.balances = false;
	cr_assert(lines() == 2);
	cr_assert(strstr(text, "lossy, server_socket\n    DOES NOT BALANCE\n"),
		"%s", text);
	trial.outcome = SEARCH_LIMITED;
	cr_assert(lines() == 2);
	cr_assert(strstr(text, "not reached\n    server_socket, DOES NOT "
			       "BALANCE\n"),
		"%s", text);
	trial.cause = NULL;
	trial.p50_ns = 0;
	cr_assert(lines() == 2);
}

Test(trial_line, fits_at_any_rate)
{
	for (double rate = 10; rate < 1e9; rate *= 1.07)
		for (double ns = 1; ns < 1e10; ns *= 3.3) {
			trial.rate = trial.sent_rate = rate;
			trial.p50_ns = (uint64_t)ns;
			cr_assert(lines() == 1, "%s", text);
		}
}
