/* SPDX-License-Identifier: MIT */
/* A child makes a namespace of its own, and waits in it. */
#include "net/netns.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child = -1;
static struct netns there;
static char why[256];

static void make(void)
{
	int ready[2];
	char made = 0;

	cr_assert(pipe(ready) == 0);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		made = unshare(CLONE_NEWNET) == 0;
		if (write(ready[1], &made, 1) == 1)
			pause();
		_exit(0);
	}
	cr_assert(read(ready[0], &made, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	if (!made)
		cr_skip_test("no network namespaces here (root makes them)");
}

static void unmake(void)
{
	netns_close(&there);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	child = -1;
}

TestSuite(netns, .fini = unmake);

Test(netns, is_entered_and_left)
{
	struct netns back;
	uint64_t own = netns_own();

	make();
	cr_assert(own != 0);
	cr_assert(netns_open_pid(&there, child) == 0);
	cr_assert(there.inode != own);
	cr_assert(netns_enter(&there, &back) == 0);
	cr_assert(back.inode == own);
	cr_assert(netns_own() == there.inode);
	cr_assert(netns_leave(&back) == 0);
	cr_assert(netns_own() == own);
	cr_assert(!back.open);
}

Test(netns, that_is_missing_is_not_entered)
{
	struct netns none = {.fd = STDIN_FILENO}, back;
	uint64_t own = netns_own();

	cr_assert(netns_enter(&none, &back) < 0);
	cr_assert(!back.open);
	cr_assert(netns_own() == own);
}

Test(netns, of_a_process_that_ended_is_not_found)
{
	pid_t gone = fork();

	if (gone == 0)
		_exit(0);
	cr_assert(waitpid(gone, NULL, 0) == gone);
	cr_assert(netns_open_pid(&there, gone) == -ENOENT);
	cr_assert(!there.open);
}

Test(netns, of_an_unknown_name_says_how_to_list_them)
{
	static const struct {
		const char *name;
		int error;
	} cases[] = {
		{"udpmill-no-such-namespace", -ENOENT},
		{"", -EINVAL},
		{"..", -EINVAL},
		{"../../proc/self/ns/net", -EINVAL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(netns_open(&there, cases[i].name, why, sizeof(why)) ==
				  cases[i].error,
			"%s", cases[i].name);
		cr_assert(strstr(why, "ip netns list"), "%s", why);
		cr_assert(!there.open);
	}
}
