/* SPDX-License-Identifier: MIT */
/* A segment that somebody deletes is recreated. */
#include "export/writer.h"

#include "export/reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/udpmill-renew.XXXXXX";
static char elsewhere[64]; /* in the folder */
static char registry[96];  /* the name by the pid in it */
static struct writer *writer;
static char why[256];

static union address bound;
static struct writer_config config = {
	.registry = folder,
	.version = "0",
	.service = "echo",
	.backend = "mem",
	.config = "{}",
	.endpoints = &bound,
	.endpoint_count = 1,
	.workers = 2,
};

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/counters", folder);
	snprintf(registry, sizeof(registry), "%s/udpmill.%d", folder,
		(int)getpid());
	cr_assert(address_parse(&bound, "127.0.0.1:3001") == 0);
}

static void tear_down(void)
{
	writer_close(writer);
	remove(registry);
	remove(elsewhere);
	rmdir(folder);
}

TestSuite(writer_renew, .init = set_up, .fini = tear_down);

static void open_at(const char *path)
{
	config.path = path;
	cr_assert(writer_open(&writer, &config, why, sizeof(why)) == 0, "%s",
		why);
	writer_ready(writer);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Of each worker, another value for each counter. */
static void count_all(uint64_t more)
{
	for (uint32_t w = 0; w < config.workers; w++)
		for (int i = 0; i < COUNTER_COUNT; i++)
			counter_add(writer_worker(writer, w),
				(enum counter_id)i, more + w * 1000u + i);
}

static void check_all(struct reader *r, uint64_t more)
{
	uint64_t values[2 * COUNTER_COUNT];

	cr_assert(reader_snapshot(r, values) == 0);
	for (uint32_t w = 0; w < config.workers; w++)
		for (uint32_t i = 0; i < COUNTER_COUNT; i++)
			cr_assert(values[w * COUNTER_COUNT + i] ==
				  more + w * 1000u + i);
}

static struct reader *read_at(const char *path)
{
	struct reader *r;

	cr_assert(reader_open(&r, path, why, sizeof(why)) == 0, "%s", why);
	return r;
}

static void renew(void)
{
	cr_assert(writer_renew(writer) == 0);
	for (uint32_t w = 0; w < config.workers; w++)
		cr_assert(writer_move(writer, w) == 0);
	cr_assert(writer_renewed(writer) == 0);
	cr_assert(!writer_lost(writer));
}

Test(writer_renew, makes_a_deleted_file_again_and_loses_no_count)
{
	uint64_t values[2 * COUNTER_COUNT];
	struct counters *before;
	struct reader *old, *new;

	open_at(NULL);
	before = writer_worker(writer, 1);
	old = read_at(registry);
	count_all(1);
	cr_assert(!writer_lost(writer));
	cr_assert(unlink(registry) == 0);
	cr_assert(writer_lost(writer));
	renew();
	cr_assert(writer_worker(writer, 1) == before);
	new = read_at(registry);
	check_all(new, 1);
	check_all(old, 1); /* it has followed */
	counter_add(before, COUNTER_RX_BYTES, 5);
	cr_assert(reader_snapshot(new, values) == 0);
	cr_assert(values[COUNTER_COUNT + COUNTER_RX_BYTES] ==
		  1 + 1000u + COUNTER_RX_BYTES + 5);
	reader_close(old);
	reader_close(new);
}

Test(writer_renew, makes_a_deleted_file_elsewhere_again_with_its_link)
{
	struct reader *r;

	open_at(elsewhere);
	count_all(7);
	cr_assert(unlink(elsewhere) == 0);
	cr_assert(writer_lost(writer));
	renew();
	cr_assert(is_there(registry) && is_there(elsewhere));
	r = read_at(elsewhere);
	check_all(r, 7);
	reader_close(r);
	writer_close(writer);
	writer = NULL;
	cr_assert(!is_there(registry) && !is_there(elsewhere));
}

Test(writer_renew, makes_a_deleted_link_again_at_once)
{
	open_at(elsewhere);
	cr_assert(unlink(registry) == 0);
	cr_assert(!writer_lost(writer));
	cr_assert(is_there(registry));
}

/* What has moved counts on where it is, and moves again. */
Test(writer_renew, makes_a_file_again_after_it_could_not)
{
	struct reader *r;

	open_at(elsewhere);
	count_all(3);
	cr_assert(unlink(elsewhere) == 0);
	cr_assert(mkdir(elsewhere, 0700) == 0);
	cr_assert(writer_lost(writer));
	cr_assert(writer_renew(writer) == 0);
	cr_assert(writer_move(writer, 1) == 0);
	cr_assert(writer_move(writer, 0) == 0);
	cr_assert(writer_renewed(writer) == -EEXIST);
	cr_assert(rmdir(elsewhere) == 0);
	renew();
	r = read_at(elsewhere);
	check_all(r, 3);
	reader_close(r);
}
