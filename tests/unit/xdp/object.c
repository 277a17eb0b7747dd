/* SPDX-License-Identifier: MIT */
/* A program that the build made is loaded and runs. */
#include "xdp/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>

extern const struct xdp_object xdp_object_answer;

static struct bpf_object *object;
static char why[256];

static void close_it(void)
{
	xdp_object_close(object);
	object = NULL;
}

TestSuite(object, .fini = close_it);

static uint32_t run(int program, uint32_t bytes)
{
	uint8_t packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet,
		.data_size_in = bytes, .repeat = 1);

	cr_assert(bpf_prog_test_run_opts(program, &o) == 0, "%s",
		strerror(errno));
	return o.retval;
}

Test(object, runs_and_shares_its_map)
{
	uint32_t key = 0;
	uint64_t count = 0;
	int program, err;

	cr_assert(xdp_object_open(
			  &xdp_object_answer, &object, why, sizeof(why)) == 0,
		"%s", why);
	err = xdp_object_load(object, why, sizeof(why));
	if (err == -EPERM || err == -EACCES)
		cr_skip_test("%s", why);
	cr_assert(err == 0, "%s", why);
	program = bpf_program__fd(
		bpf_object__find_program_by_name(object, "even"));
	cr_assert(run(program, 32) == XDP_PASS);
	cr_assert(run(program, 33) == XDP_DROP);
	cr_assert(bpf_map_lookup_elem(
			  bpf_object__find_map_fd_by_name(object, "counts"),
			  &key, &count) == 0);
	cr_assert(count == 2);
}

Test(object, that_is_damaged_is_refused_with_a_reason)
{
	static const unsigned char bytes[64] = "\177ELF";
	const struct xdp_object damaged = {
		.name = "damaged", .data = bytes, .bytes = sizeof(bytes)};

	cr_assert(xdp_object_open(&damaged, &object, why, sizeof(why)) < 0);
	cr_assert(why[0] != '\0');
	cr_assert(strchr(why, '\n') == NULL);
}
