/* SPDX-License-Identifier: MIT */
/*
 * What counts as left behind in the registry, and goes. Each test is a process
 * of its own, so nobody else has its name there.
 */
#include "export/left.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char elsewhere[64];
static char registry[READER_PATH];
static int fd = -1;

static void set_up(void)
{
	snprintf(elsewhere, sizeof(elsewhere), "/tmp/udpmill-left.%d",
		(int)getpid());
	reader_path_of_pid(getpid(), registry);
}

static void tear_down(void)
{
	if (fd >= 0)
		close(fd);
	remove(registry);
	remove(elsewhere);
}

TestSuite(left, .init = set_up, .fini = tear_down);

static void put(const char *path, int32_t pid)
{
	struct segment_plan plan = {.pid = pid};
	struct segment_image image;

	segment_make(&image, &plan);
	fd = segment_put(path, image.data, image.bytes);
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool is_listed(void)
{
	struct left_list list;
	bool found = false;

	cr_assert(left_list_open(&list) == 0);
	for (size_t i = 0; i < list.count; i++)
		found |= list.pids[i] == getpid();
	left_list_close(&list);
	return found;
}

static void assert_kept(int error)
{
	cr_assert(!is_listed());
	cr_assert(left_remove(getpid()) == error);
	cr_assert(is_there(registry));
}

Test(left, a_stale_segment_goes)
{
	put(registry, getpid());
	cr_assert(is_listed());
	cr_assert(left_remove(getpid()) == 0);
	cr_assert(!is_there(registry));
	cr_assert(left_remove(getpid()) == -ENOENT);
}

Test(left, a_live_segment_stays)
{
	put(registry, getpid());
	segment_hold(fd);
	assert_kept(-EBUSY);
}

Test(left, a_link_to_a_stale_segment_goes_and_the_segment_stays)
{
	put(elsewhere, getpid());
	cr_assert(symlink(elsewhere, registry) == 0);
	cr_assert(is_listed());
	cr_assert(left_remove(getpid()) == 0);
	cr_assert(!is_there(registry));
	cr_assert(is_there(elsewhere));
}

Test(left, a_link_to_a_live_segment_stays)
{
	put(elsewhere, getpid());
	segment_hold(fd);
	cr_assert(symlink(elsewhere, registry) == 0);
	assert_kept(-EBUSY);
}

/* It may lead to a live server's in a namespace that this is not. */
Test(left, a_link_that_leads_nowhere_stays)
{
	cr_assert(symlink(elsewhere, registry) == 0);
	assert_kept(-ENOENT);
}

Test(left, what_another_pid_wrote_stays)
{
	put(registry, getpid() + 1);
	assert_kept(-ENOENT);
}

Test(left, what_is_no_segment_stays)
{
	fd = segment_put(registry, "precious", 8);
	assert_kept(-ENOENT);
}
