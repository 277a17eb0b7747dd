/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/running.h"

#include "net/netns.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct reader_about about;

static void start(void)
{
	pid_t pid = fork();

	cr_assert(pid >= 0);
	if (pid == 0) {
		(void)alarm(60); /* if the test fails */
		(void)pause();
		_exit(0);
	}
	about = (struct reader_about){.pid = pid, .netns = netns_own()};
}

static void end(void)
{
	(void)kill(about.pid, SIGKILL);
	(void)waitpid(about.pid, NULL, 0);
}

TestSuite(running, .init = start, .fini = end);

Test(running, is_a_process_that_waits)
{
	cr_assert(running_is_seen(&about));
}

Test(running, is_not_one_that_is_stopped)
{
	int status;

	cr_assert(kill(about.pid, SIGSTOP) == 0);
	cr_assert(waitpid(about.pid, &status, WUNTRACED) == about.pid);
	cr_assert(!running_is_seen(&about));
	cr_assert(kill(about.pid, SIGCONT) == 0);
	cr_assert(waitpid(about.pid, &status, WCONTINUED) == about.pid);
	cr_assert(running_is_seen(&about));
}

Test(running, is_not_one_that_has_ended)
{
	siginfo_t info;

	cr_assert(kill(about.pid, SIGKILL) == 0);
	cr_assert(
		waitid(P_PID, (id_t)about.pid, &info, WEXITED | WNOWAIT) == 0);
	cr_assert(!running_is_seen(&about));
}

Test(running, is_not_a_process_of_another_namespace)
{
	about.netns++;
	cr_assert(!running_is_seen(&about));
}
