/* SPDX-License-Identifier: MIT */
/* What counts as left behind in a registry, and is removed. */
#include "export/left.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PID  4711
#define NAME "udpmill.4711"

static char folder[] = "/tmp/udpmill-left.XXXXXX";
static char elsewhere[64];
static char registry[64]; /* a name in the folder */
static int fd = -1;

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", folder);
	snprintf(registry, sizeof(registry), "%s/%s", folder, NAME);
}

static void tear_down(void)
{
	if (fd >= 0)
		close(fd);
	remove(registry);
	remove(elsewhere);
	rmdir(folder);
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

	cr_assert(left_list_open(&list, folder) == 0);
	for (size_t i = 0; i < list.count; i++)
		found |= list.names[i].pid == PID &&
			 strcmp(list.names[i].name, NAME) == 0;
	left_list_close(&list);
	return found;
}

static void assert_kept(int error)
{
	cr_assert(!is_listed());
	cr_assert(left_remove(folder, NAME) == error);
	cr_assert(is_there(registry));
}

Test(left, a_stale_segment_goes)
{
	put(registry, PID);
	cr_assert(is_listed());
	cr_assert(left_remove(folder, NAME) == 0);
	cr_assert(!is_there(registry));
	cr_assert(left_remove(folder, NAME) == -ENOENT);
}

Test(left, a_live_segment_stays)
{
	put(registry, PID);
	segment_hold(fd);
	assert_kept(-EBUSY);
}

Test(left, a_link_to_a_stale_segment_goes_and_the_segment_stays)
{
	put(elsewhere, PID);
	cr_assert(symlink(elsewhere, registry) == 0);
	cr_assert(is_listed());
	cr_assert(left_remove(folder, NAME) == 0);
	cr_assert(!is_there(registry));
	cr_assert(is_there(elsewhere));
}

Test(left, a_link_to_a_live_segment_stays)
{
	put(elsewhere, PID);
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
	put(registry, PID + 1);
	assert_kept(-ENOENT);
}

Test(left, another_file_stays)
{
	fd = segment_put(registry, "precious", 8);
	assert_kept(-ENOENT);
}

/* Builds that named a file before they filled it left these. */
Test(left, an_empty_file_goes)
{
	fd = segment_put(registry, "", 0);
	cr_assert(is_listed());
	cr_assert(left_remove(folder, NAME) == 0);
	cr_assert(!is_there(registry));
}

Test(left, an_empty_file_that_somebody_holds_stays)
{
	fd = segment_put(registry, "", 0);
	segment_hold(fd);
	assert_kept(-EBUSY);
}

Test(left, a_segment_under_another_name_goes_too)
{
	char name[80];

	put(registry, PID);
	snprintf(name, sizeof(name), "%s.99", registry);
	cr_assert(rename(registry, name) == 0);
	cr_assert(!is_listed());
	cr_assert(left_remove(folder, NAME ".99") == 0);
	cr_assert(!is_there(name));
}

Test(left, a_name_that_no_server_has_is_refused)
{
	cr_assert(left_remove(folder, "elsewhere") == -ENOENT);
	cr_assert(left_remove(folder, "../udpmill.1") == -ENOENT);
}
