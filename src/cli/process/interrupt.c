/* SPDX-License-Identifier: MIT */
#include "cli/process/interrupt.h"

#include "core/clock.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

/* timeout(1) sends its signal to the program and to its process group: a second
 * signal within this time counts as the first one. */
#define AGAIN_NS 250000000u

static volatile sig_atomic_t interrupted;
static void (*stop_run)(void *arg);
static void *stop_arg;
static _Atomic uint64_t first_ns; /* SIGINT or SIGTERM; 0: neither has come */

static void end_if_second(int sig)
{
	uint64_t now_ns = clock_ns();

	if (!first_ns) {
		first_ns = now_ns;
	} else if (now_ns > first_ns + AGAIN_NS) {
		/* It is delivered after the handler returns. */
		signal(sig, SIG_DFL);
		raise(sig);
	}
}

static void interrupt(int sig)
{
	void (*stop)(void *arg) = stop_run;
	int error = errno;

	if (sig != SIGHUP)
		end_if_second(sig);
	interrupted = 1;
	if (stop)
		stop(stop_arg);
	errno = error;
}

static bool is_ignored(int sig)
{
	struct sigaction now;

	return sigaction(sig, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void interrupt_catch(void (*stop)(void *arg), void *arg)
{
	struct sigaction sa = {
		.sa_handler = interrupt,
		.sa_flags = SA_RESTART,
	};

	stop_run = stop;
	stop_arg = arg;
	if (!is_ignored(SIGHUP))
		sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void list(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	/* sigtimedwait() receives a blocked signal even if it is ignored. */
	if (!is_ignored(SIGHUP))
		sigaddset(signals, SIGHUP);
}

/* Blocked between the check and the sleep, since otherwise a signal that comes
 * in between would not end the sleep. */
bool interrupt_sleep(uint64_t ns)
{
	const struct timespec t = {
		.tv_sec = (time_t)(ns / 1000000000u),
		.tv_nsec = (long)(ns % 1000000000u),
	};
	sigset_t signals, before;

	list(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (!interrupted)
		(void)ppoll(NULL, 0, &t, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !interrupted;
}

void interrupt_release(void)
{
	signal(SIGHUP, SIG_IGN);
	/* What they would stop is about to be freed. */
	stop_run = NULL;
	if (first_ns)
		return;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

void interrupt_block(sigset_t *signals)
{
	list(signals);
	sigprocmask(SIG_BLOCK, signals, NULL);
}
