/* SPDX-License-Identifier: MIT */
/*
 * The init of a guest of "udpmill perf count": carries out /plan, tells the
 * host what came of it, and powers the guest off. It is the only program there
 * besides udpmill, and those that make a path. What fails ends the guest with a
 * sentence, and nothing is waited for without a bound.
 */
#include "file.h"
#include "names.h"
#include "plan.h"
#include "process.h"
#include "quiet.h"
#include "results.h"
#include "system.h"
#include "workload.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLAN      "/plan"
#define PLAN_MOST (1u << 20)

static void module(const struct plan_step *step)
{
	system_load_module(step->words);
}

static void sysctl(const struct plan_step *step)
{
	system_set(step->words);
}

static void run(const struct plan_step *step)
{
	workload_prepare(step->words);
}

static void quiet(const struct plan_step *step)
{
	quiet_wait(step->ms);
}

static void policy(const struct plan_step *step)
{
	system_raise_softirqs(step->fifo);
}

static void names(const struct plan_step *step)
{
	(void)step;
	names_tell();
}

static void off(const struct plan_step *step)
{
	(void)step;
	results_say("off", "%s", "");
	results_end();
}

static void (*const actions[PLAN_KINDS])(const struct plan_step *step) = {
	[PLAN_MODULE] = module,
	[PLAN_SYSCTL] = sysctl,
	[PLAN_RUN] = run,
	[PLAN_QUIET] = quiet,
	[PLAN_POLICY] = policy,
	[PLAN_WORKLOAD] = workload_run,
	[PLAN_NAMES] = names,
	[PLAN_OFF] = off,
};

int main(void)
{
	struct plan plan;
	char why[256], *text;
	size_t bytes;
	int error = results_open();

	if (error) {
		dprintf(STDERR_FILENO, "port 0xe9: %s\n", strerror(-error));
		results_end();
	}
	error = process_init();
	if (error)
		results_fail("signals: %s", strerror(-error));
	error = file_read(PLAN, PLAN_MOST, &text, &bytes);
	if (error)
		results_fail(PLAN ": %s", strerror(-error));
	if (plan_parse(&plan, text, why, sizeof(why)))
		results_fail("%s", why);
	system_begin();
	system_tell();
	for (size_t i = 0; i < plan.count; i++)
		actions[plan.steps[i].kind](&plan.steps[i]);
	results_fail("the plan has no end");
}
