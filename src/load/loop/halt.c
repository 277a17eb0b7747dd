/* SPDX-License-Identifier: MIT */
/* Halts a thread that cannot go on, and explains why. */
#include "load/loop/halt.h"

#include "load/loop/thread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void thread_halt(struct load_thread *t, const char *call, int error)
{
	t->error = -error;
	t->failed_call = call;
	atomic_store(&t->shared->halted, true);
}

void thread_failed(
	struct load_thread *t, struct failures *f, const char *call, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	switch (failures_judge(f, error)) {
	case FAILURES_PASS:
		return;
	case FAILURES_PAUSE:
		(void)nanosleep(&pause, NULL);
		return;
	case FAILURES_END:
		thread_halt(t, call, error);
	}
}

static const char *advice(const struct load_thread *t)
{
	const struct engine_ops *ops = t->engine.ops;

	if (t->error == -EOPNOTSUPP && t->failed_call == ops->send_call &&
		ops->unsupported)
		return ops->unsupported;
	return failure_advice(-t->error);
}

void thread_why(const struct load_thread *t, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "%s: %s%s", t->failed_call,
		strerror(-t->error), advice(t));
}
