/* SPDX-License-Identifier: MIT */
/* Which servers are in a registry, and which of them serve an address. */
#include "export/reader.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAMES        8

static char folder[] = "/tmp/udpmill-list.XXXXXX";
static char names[NAMES][64];
static int fds[NAMES];
static struct reader_list list;
static struct segment_image image;

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	for (int i = 0; i < NAMES; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/udpmill.%d", folder,
			100 + i);
		fds[i] = -1;
	}
}

static void tear_down(void)
{
	reader_list_close(&list);
	for (int i = 0; i < NAMES; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		remove(names[i]);
	}
	rmdir(folder);
}

TestSuite(list, .init = set_up, .fini = tear_down);

static void put(int name, uint64_t started_ns, int32_t pid)
{
	struct segment_plan plan = {.started_ns = started_ns, .pid = pid};

	segment_make(&image, &plan);
	fds[name] = segment_put(names[name], image.data, image.bytes);
}

static void put_live(int name, uint64_t started_ns, int32_t pid)
{
	put(name, started_ns, pid);
	segment_hold(fds[name]);
}

static int number_of(const char *path)
{
	for (int i = 0; i < NAMES; i++)
		if (strcmp(path, names[i]) == 0)
			return i;
	return -1;
}

/* The numbers of our names in the order they are listed in: "201". */
static const char *listed(void)
{
	static char text[2 * NAMES + 1];
	size_t n = 0;

	reader_list_close(&list);
	cr_assert(reader_list_open_in(&list, folder, 0) == 0);
	for (size_t i = 0; i < list.count; i++) {
		int number = number_of(reader_about(list.readers[i])->path);

		if (number >= 0 && n < 2 * NAMES)
			text[n++] = (char)('0' + number);
	}
	text[n] = '\0';
	return text;
}

Test(list, has_live_servers_from_the_oldest_to_the_newest)
{
	put_live(0, 300, 1);
	put_live(1, 100, 3);
	put_live(2, 1ull << 63, 2);
	put_live(3, 200, 4);
	cr_assert_str_eq(listed(), "1302");
}

Test(list, has_servers_of_one_moment_by_their_pid)
{
	put_live(0, 100, 30);
	put_live(1, 100, INT32_MAX);
	put_live(2, 100, 1);
	cr_assert_str_eq(listed(), "201");
}

Test(list, has_a_server_until_it_goes)
{
	put_live(0, 100, 1);
	cr_assert_str_eq(listed(), "0");
	cr_assert(flock(fds[0], LOCK_UN) == 0);
	cr_assert_str_eq(listed(), "");
}

Test(list, follows_links)
{
	char path[] = "/tmp/udpmill-list-link.XXXXXX", before[2 * NAMES + 1];
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
	unlink(path);
	segment_make(&image, NULL);
	fds[0] = segment_put(path, image.data, image.bytes);
	segment_hold(fds[0]);
	cr_assert(symlink(path, names[1]) == 0);
	strcpy(before, listed());
	unlink(path);
	cr_assert_str_eq(before, "1");
	cr_assert_str_eq(listed(), "");
}

/* --counters may name a file in the registry, which is then linked there by
 * its pid as well. */
Test(list, has_a_server_once_whatever_its_names)
{
	put_live(1, 100, 1);
	cr_assert(symlink(names[1], names[0]) == 0);
	cr_assert(link(names[1], names[2]) == 0);
	cr_assert(strlen(listed()) == 1, "%s", listed());
}

Test(list, passes_over_whatever_is_no_live_server)
{
	struct segment_plan plan = {0};

	put_live(0, 100, 1);
	put(1, 100, 2); /* left over */
	fds[2] = segment_put(names[2], "precious", 8);
	cr_assert(mkdir(names[3], 0755) == 0);
	cr_assert(mkfifo(names[4], 0644) == 0);
	cr_assert(symlink("/no/such/file", names[5]) == 0);
	cr_assert(symlink(names[6], names[6]) == 0);
	segment_make(&image, &plan);
	image.header.ready = 0;
	fds[7] = segment_put(names[7], image.data, image.bytes);
	segment_hold(fds[7]);
	cr_assert_str_eq(listed(), "0");
}

Test(list, closed_is_legal_on_zeroed_and_again)
{
	struct reader_list none = {0};

	reader_list_close(&none);
	cr_assert(reader_list_open_in(&list, folder, 0) == 0);
	reader_list_close(&list);
	cr_assert(list.readers == NULL && list.count == 0);
	reader_list_close(&list);
}

Test(list, looks_at_names_of_servers_only)
{
	static const char *const others[] = {"udpmill.", "udpmill.0",
		"udpmill.01", "udpmill.1k", "udpmill.1.", "udpmill.1.x",
		"udpmill.2147483648", "udpmill.1.4294967296", "udpmill.1.2.3",
		"udpmill.-1", "udpmill. 1", "udpmill", ".udpmill.1"};
	static const char *const good[] = {"udpmill.1", "udpmill.2147483647",
		"udpmill.1.1", "udpmill.2147483647.4294967295"};

	for (size_t i = 0; i < COUNT(others); i++)
		cr_assert(!segment_name(others[i], NULL), "%s", others[i]);
	for (size_t i = 0; i < COUNT(good); i++)
		cr_assert(segment_name(good[i], NULL), "%s", good[i]);
	cr_assert(strlen(good[COUNT(good) - 1]) < SEGMENT_NAME);
}

Test(list, of_one_pid_has_that_one_only)
{
	put_live(0, 100, 100);
	put_live(1, 100, 101);
	cr_assert(reader_list_open_in(&list, folder, 101) == 0);
	cr_assert(list.count == 1);
	cr_assert_str_eq(reader_about(list.readers[0])->path, names[1]);
}

Test(list, of_no_folder_is_empty)
{
	cr_assert(reader_list_open_in(&list, "/no/such/folder", 0) == 0);
	cr_assert(list.count == 0);
	cr_assert(reader_list_open_in(&list, "/dev/null", 0) == -ENOTDIR);
}

Test(list, keeps_nothing_open_and_is_resumed)
{
	char why[256];
	int first = dup(0);

	put_live(0, 100, 100);
	cr_assert_str_eq(listed(), "0");
	close(first);
	cr_assert(dup(0) == first || fds[0] == first);
	cr_assert(reader_resume(list.readers[0], why, sizeof(why)) == 0, "%s",
		why);
	cr_assert(segment_fault(list.readers[0]) == NULL);
}

Test(list, does_not_mistake_another_server_for_an_earlier_one)
{
	char why[256];

	put_live(0, 100, 100);
	cr_assert_str_eq(listed(), "0");
	cr_assert(unlink(names[0]) == 0);
	close(fds[0]);
	put_live(0, 200, 100);
	cr_assert(reader_resume(list.readers[0], why, sizeof(why)) == -ESRCH);
	cr_assert(strstr(why, "another server"), "%s", why);
}

/* A server whose segment was deleted makes it again. */
Test(list, follows_a_server_to_the_file_that_it_made_again)
{
	char why[256];
	int old;

	put_live(0, 100, 100);
	cr_assert_str_eq(listed(), "0");
	cr_assert(reader_resume(list.readers[0], why, sizeof(why)) == 0, "%s",
		why);
	old = fds[0];
	cr_assert(unlink(names[0]) == 0);
	put_live(0, 100, 100);
	close(old);
	cr_assert(segment_fault(list.readers[0]) == NULL);
}

/* As many names as there may be descriptors, and more than are looked at. */
Test(list, of_a_thousand_names_of_one_file_has_it_once)
{
	char name[64];
	size_t count;

	put_live(0, 100, 100);
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof(name), "%s/udpmill.%d", folder, 1000 + i);
		cr_assert(link(names[0], name) == 0);
	}
	cr_assert(reader_list_open_in(&list, folder, 0) == 0);
	count = list.count;
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof(name), "%s/udpmill.%d", folder, 1000 + i);
		unlink(name);
	}
	cr_assert(count == 1, "%zu", count);
	cr_assert(list.passed_over == 0);
}

/* Does a server at the endpoint serve the address? */
static bool serves(const char *endpoint, const char *address)
{
	const char *const endpoints[] = {endpoint, NULL};
	struct segment_plan plan = {.endpoints = endpoints};
	char path[SEGMENT_PATH], why[256];
	struct reader *r;
	union address a;
	bool result;
	int fd;

	segment_make(&image, &plan);
	fd = segment_put(NULL, image.data, image.bytes);
	segment_hold(fd);
	cr_assert(address_parse(&a, address) == 0, "%s", address);
	cr_assert(
		reader_open(&r, segment_path(fd, path), why, sizeof(why)) == 0,
		"%s", why);
	result = reader_serves(r, &a);
	reader_close(r);
	close(fd);
	return result;
}

Test(list, knows_who_serves_an_address)
{
	static const struct {
		const char *endpoint, *address;
		bool serves;
	} cases[] = {
		{"192.0.2.1:3001", "192.0.2.1:3001", true},
		{"192.0.2.1:3001", "192.0.2.1:3002", false},
		{"192.0.2.1:3001", "192.0.2.2:3001", false},
		{"192.0.2.1:3001", "[::ffff:192.0.2.1]:3001", true},
		{"[::ffff:192.0.2.1]:3001", "192.0.2.1:3001", true},
		{"192.0.2.1:3001", "[2001:db8::1]:3001", false},
		{"[2001:db8::1]:3001", "[2001:db8::1]:3001", true},
		{"[2001:db8::1]:3001", "[2001:db8::1]:3002", false},
		{"[2001:db8::1]:3001", "[2001:db8::2]:3001", false},
		{"[2001:db8::1]:3001", "192.0.2.1:3001", false},
		/* every address of its family */
		{"0.0.0.0:3001", "192.0.2.1:3001", true},
		{"0.0.0.0:3001", "[::ffff:192.0.2.1]:3001", true},
		{"0.0.0.0:3001", "192.0.2.1:3002", false},
		{"0.0.0.0:3001", "[2001:db8::1]:3001", false},
		/* and of the other, where the socket is dual stack */
		{"[::]:3001", "[2001:db8::1]:3001", true},
		{"[::]:3001", "192.0.2.1:3001", true},
		{"[::]:3001", "[::ffff:192.0.2.1]:3001", true},
		{"[::]:3001", "192.0.2.1:3002", false},
		/* IPv4 only, whatever the socket's family */
		{"[::ffff:0.0.0.0]:3001", "192.0.2.1:3001", true},
		{"[::ffff:0.0.0.0]:3001", "[2001:db8::1]:3001", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert(serves(cases[i].endpoint, cases[i].address) ==
				  cases[i].serves,
			"%s at %s", cases[i].address, cases[i].endpoint);
}

Test(list, knows_it_by_any_of_the_endpoints)
{
	char path[SEGMENT_PATH], why[256];
	struct reader *r;
	union address a;

	segment_make(&image, NULL);
	fds[0] = segment_put(NULL, image.data, image.bytes);
	segment_hold(fds[0]);
	cr_assert(reader_open(&r, segment_path(fds[0], path), why,
			  sizeof(why)) == 0,
		"%s", why);
	cr_assert(address_parse(&a, "127.0.0.1:3001") == 0);
	cr_assert(reader_serves(r, &a));
	cr_assert(address_parse(&a, "[2001:db8::1]:3002") == 0);
	cr_assert(reader_serves(r, &a));
	cr_assert(address_parse(&a, "127.0.0.1:3002") == 0);
	cr_assert(!reader_serves(r, &a));
	reader_close(r);
}
