/* SPDX-License-Identifier: MIT */
/* Which user's sockets the kernel reports. */
#include "export/owner.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct owners owners;

static void tear_down(void)
{
	owners_close(&owners);
}

TestSuite(owner, .fini = tear_down);

/* Of any port; -1 where the host has no such address. */
static int bind_any(const char *text, union address *bound)
{
	socklen_t length = sizeof(*bound);
	union address a;
	int off = 0, fd;

	cr_assert(address_parse(&a, text) == 0);
	fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (a.sa.sa_family == AF_INET6)
		cr_assert(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
				  sizeof(off)) == 0);
	if (bind(fd, &a.sa, address_length(&a))) {
		close(fd);
		return -1;
	}
	cr_assert(getsockname(fd, &bound->sa, &length) == 0);
	return fd;
}

static void check_own(const char *text)
{
	union address bound = {0};
	int fd = bind_any(text, &bound);
	uid_t owner = (uid_t)-1;

	if (fd < 0)
		return;
	cr_assert(owners_open(&owners) == 0);
	cr_assert(owners_find(&owners, &bound, &owner) == 0, "%s", text);
	cr_assert(owner == geteuid());
	cr_assert(owners_receiver(&owners, &bound, &owner) == 0);
	close(fd);
	owners_close(&owners);
	cr_assert(owners_open(&owners) == 0);
	cr_assert(owners_find(&owners, &bound, &owner) == -ENOENT);
	owners_close(&owners);
}

Test(owner, of_a_bound_socket_is_who_made_it)
{
	check_own("127.0.0.1:0");
	check_own("0.0.0.0:0");
	check_own("[::1]:0");
	check_own("[::]:0");
	check_own("[::ffff:127.0.0.1]:0");
}

Test(owner, of_what_a_wildcard_receives_is_the_wildcards)
{
	static const char *const any[] = {"0.0.0.0:0", "[::]:0"};

	for (int i = 0; i < 2; i++) {
		union address bound = {0}, a;
		int fd = bind_any(any[i], &bound);
		uid_t owner;

		if (fd < 0)
			continue;
		cr_assert(address_parse(&a, "127.0.0.1:1") == 0);
		address_set_port(&a, address_port(&bound));
		cr_assert(owners_open(&owners) == 0);
		cr_assert(owners_find(&owners, &a, &owner) == -ENOENT);
		cr_assert(owners_receiver(&owners, &a, &owner) == 0);
		cr_assert(owner == geteuid());
		owners_close(&owners);
		close(fd);
	}
}

/* Not by the kernel's table, but by one made here. */
Test(owner, is_looked_up_as_the_kernel_looks_up_a_socket)
{
	struct owner_socket sockets[] = {
		/* sorted by port and address */
		{.port = 7, .owner = 1},     /* [::] */
		{{[10] = 0xff, 0xff}, 7, 2}, /* 0.0.0.0 */
		{{[10] = 0xff, 0xff, 127, 0, 0, 1}, 7, 3},
		{{[10] = 0xff, 0xff, 127, 0, 0, 2}, 7, 4},
		{{[10] = 0xff, 0xff, 127, 0, 0, 2}, 7, 5},
		{.port = 8, .owner = 6},
	};
	static const struct {
		const char *address;
		int error;
		uid_t owner;
	} cases[] = {
		{"127.0.0.1:7", 0, 3},
		{"[::ffff:127.0.0.1]:7", 0, 3},
		{"127.0.0.2:7", -EEXIST, 0},
		{"127.0.0.3:7", 0, 2},
		{"[::1]:7", 0, 1},
		{"127.0.0.1:8", 0, 6},
		{"127.0.0.1:9", -ENOENT, 0},
	};
	struct owners o = {.sockets = sockets, .count = 6, .netns = 1};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		union address a;
		uid_t owner = 0;

		cr_assert(address_parse(&a, cases[i].address) == 0);
		cr_assert(owners_receiver(&o, &a, &owner) == cases[i].error,
			"%s", cases[i].address);
		cr_assert(cases[i].error || owner == cases[i].owner, "%s: %u",
			cases[i].address, owner);
	}
}

/* The kernel hands its table out in pieces, and what is closed in between makes
 * it pass over another socket. */
Test(owner, is_read_again_where_a_reading_has_lacked_it)
{
	union address bound = {0};
	int fd = bind_any("127.0.0.1:0", &bound);

	cr_assert(fd >= 0);
	cr_assert(owners_open(&owners) == 0);
	owners.count = 0;
	cr_assert(owners_has_bound(&owners, &bound, geteuid()));
	owners.count = 0;
	cr_assert(owners_receives(&owners, &bound, geteuid()));
	cr_assert(!owners_receives(&owners, &bound, geteuid() + 1));
	close(fd);
}

Test(owner, closed_is_legal_on_zeroed)
{
	owners_close(&owners);
	owners_close(&owners);
}
