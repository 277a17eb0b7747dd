/* SPDX-License-Identifier: MIT */
/* Several writers and readers at one stale file. */
#include "export/writer.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/udpmill-contention.XXXXXX";
static char elsewhere[64]; /* in the folder */
static char target[64];    /* another place in it */
static char shm[64];       /* the registry, which is not there */
static struct writer *writer;
static char why[256];

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/counters", folder);
	snprintf(target, sizeof(target), "%s/target", folder);
	snprintf(shm, sizeof(shm), "%s/shm", folder);
}

static void tear_down(void)
{
	writer_close(writer);
	remove(elsewhere);
	remove(target);
	rmdir(folder);
}

TestSuite(contention, .init = set_up, .fini = tear_down);

static int try_open(void)
{
	struct writer_config config = {
		.path = elsewhere,
		.registry = shm,
		.version = "0",
		.service = "echo",
		.backend = "mem",
		.config = "{}",
		.workers = 1,
	};

	return writer_open(&writer, &config, why, sizeof(why));
}

static int make_stale(const char *path)
{
	static struct segment_image image;

	segment_make(&image, NULL);
	return segment_put(path, image.data, image.bytes);
}

/* Ends with this test, however that ends. */
static pid_t fork_bound(void)
{
	pid_t child = fork();

	cr_assert(child >= 0);
	if (child == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return child;
}

/* As every server does once a second, who asks whether it is stale. */
Test(contention, replaces_a_stale_file_that_readers_look_at)
{
	pid_t child;
	int fd = make_stale(target);

	child = fork_bound();
	if (child == 0) {
		fd = open(target, O_RDONLY);
		for (;;) {
			segment_is_held(fd);
			sched_yield();
		}
	}
	for (int i = 0; i < 100; i++) {
		int error;

		cr_assert(link(target, elsewhere) == 0);
		error = try_open();
		cr_assert(error == 0, "%d: %s", i, why);
		writer_close(writer);
		writer = NULL;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
}

Test(contention, gives_way_to_a_lock_that_stays)
{
	int fd = make_stale(elsewhere);

	cr_assert(flock(fd, LOCK_SH) == 0);
	cr_assert(try_open() == -EEXIST);
	cr_assert(access(elsewhere, F_OK) == 0);
	close(fd);
}

static void contend(int start, int done)
{
	char byte;

	if (read(start, &byte, 1) != 0)
		_exit(1);
	byte = try_open() == 0 ? 'y' : 'n';
	if (write(done, &byte, 1) == 1)
		pause();
	_exit(1);
}

/* They are all there before the first one goes: none replaces another. */
static int count_winners(pid_t *children, size_t count)
{
	int start[2], done[2], winners = 0;

	cr_assert(pipe(start) == 0 && pipe(done) == 0);
	for (size_t i = 0; i < count; i++) {
		children[i] = fork_bound();
		if (children[i] == 0) {
			close(start[1]);
			contend(start[0], done[1]);
		}
	}
	close(start[1]);
	for (size_t i = 0; i < count; i++) {
		char byte = 0;

		cr_assert(read(done[0], &byte, 1) == 1);
		winners += byte == 'y';
	}
	close(start[0]);
	close(done[0]);
	close(done[1]);
	return winners;
}

Test(contention, of_many_for_a_stale_file_has_one_winner)
{
	for (int round = 0; round < 50; round++) {
		pid_t children[4];
		int winners;

		close(make_stale(elsewhere));
		winners = count_winners(children, COUNT(children));
		for (size_t i = 0; i < COUNT(children); i++) {
			kill(children[i], SIGKILL);
			waitpid(children[i], NULL, 0);
		}
		cr_assert(winners == 1, "%d in round %d", winners, round);
		cr_assert(unlink(elsewhere) == 0);
	}
}
