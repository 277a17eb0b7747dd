/* SPDX-License-Identifier: MIT */
#include "made.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[32];
static unsigned count;
static struct segment_image image;

static const struct segment_counter counters[] = {
	{"rx_datagrams", "datagrams", "", COUNTER_KIND_COUNTER, 0},
	{"rx_bytes", "bytes", "", COUNTER_KIND_COUNTER, 0},
	{"rx_trains", "trains", "", COUNTER_KIND_COUNTER, 0},
	{"rx_batches", "batches", "", COUNTER_KIND_COUNTER, 0},
	{"answered_datagrams", "datagrams", "", COUNTER_KIND_COUNTER, 0},
	{"answered_bytes", "bytes", "", COUNTER_KIND_COUNTER, 0},
	{"refused_low_port", "datagrams", "", COUNTER_KIND_COUNTER, 0},
	{"refused_group", "datagrams", "", COUNTER_KIND_COUNTER, 0},
	{"send_failed_again", "datagrams", "", COUNTER_KIND_COUNTER, 0},
	{"socket_drops", "skbs", "", COUNTER_KIND_COUNTER, 0},
	{"socket_queue_bytes", "bytes", "", COUNTER_KIND_GAUGE, 0},
	{"socket_rcvbuf_bytes", "bytes", "", COUNTER_KIND_GAUGE, 0},
	{"cpu_user_ns", "nanoseconds", "", COUNTER_KIND_COUNTER, 0},
	{"cpu_system_ns", "nanoseconds", "", COUNTER_KIND_COUNTER, 0},
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

void made_open(struct watchlist *l)
{
	strcpy(folder, "/tmp/udpmill-top.XXXXXX");
	cr_assert(mkdtemp(folder));
	*l = (struct watchlist){.registry = folder};
}

void made_close(struct watchlist *l)
{
	watchlist_close(l);
	cr_assert(rmdir(folder) == 0);
}

void made_put(struct made *m, int pid, const char *endpoint, uint32_t workers)
{
	const char *const endpoints[] = {endpoint, NULL};
	struct segment_plan plan = {
		.counters = counters,
		.counter_count = COUNTERS,
		.workers = workers,
		.endpoints = endpoints,
		.started_ns = 1700000000000000000u + 1000000000u * count++,
		.pid = pid,
	};

	segment_make(&image, &plan);
	m->worker_offset = image.header.worker_offset;
	m->worker_stride = image.header.worker_stride;
	snprintf(m->path, sizeof(m->path), "%s/udpmill.%d", folder, pid);
	m->fd = segment_put(m->path, image.data, image.bytes);
	for (uint32_t w = 0; w < workers; w++)
		for (size_t i = 0; i < COUNTERS; i++)
			made_set(m, w, counters[i].name, 0);
	segment_hold(m->fd);
}

void made_set(
	struct made *m, uint32_t worker, const char *counter, uint64_t value)
{
	for (size_t i = 0; i < COUNTERS; i++)
		if (strcmp(counters[i].name, counter) == 0) {
			off_t at = m->worker_offset +
				   (off_t)worker * m->worker_stride +
				   (off_t)(8 * i);

			cr_assert(pwrite(m->fd, &value, 8, at) == 8);
			return;
		}
	cr_assert_fail("no such counter");
}

void made_kill(struct made *m)
{
	close(m->fd);
}

void made_end(struct made *m)
{
	made_kill(m);
	unlink(m->path);
}
