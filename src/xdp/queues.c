/* SPDX-License-Identifier: MIT */
#include "xdp/queues.h"

#include "core/lines.h"
#include "xdp/filter_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t xdp_queues_most(const struct xdp_device *device)
{
	return device->queues < FILTER_QUEUES ? device->queues : FILTER_QUEUES;
}

static int open_next(struct xdp_queues *q, const struct xdp_queue_config *queue,
	char *why, size_t why_bytes)
{
	struct xdp_queue_config config = *queue;
	struct xdp_queue *next = &q->queue[q->count];
	int error;

	config.device = q->device.name;
	config.queue = q->count;
	error = xdp_queue_open(next, &config, why, why_bytes);
	if (error)
		return error;
	q->count++;
	error = xdp_filter_add(&q->filter, config.queue, next->fd);
	if (error)
		snprintf(why, why_bytes,
			"the XDP program on %s does not take the socket of "
			"queue %u: %s",
			config.device, config.queue, strerror(-error));
	return error;
}

int xdp_queues_open(struct xdp_queues *q,
	const struct xdp_filter_config *filter,
	const struct xdp_queue_config *queue, uint32_t threads, char *why,
	size_t why_bytes)
{
	struct xdp_filter_config config = *filter;
	int error;

	config.device = &q->device;
	error = xdp_filter_open(&q->filter, &config, why, why_bytes);
	if (error)
		return error;
	q->queue = lines_alloc(threads, sizeof(*q->queue));
	if (!q->queue) {
		snprintf(why, why_bytes, "no memory for the queues of %s",
			q->device.name);
		return -ENOMEM;
	}
	while (!error && q->count < threads)
		error = open_next(q, queue, why, why_bytes);
	return error;
}

void xdp_queues_facts(const struct xdp_queues *q, xdp_fact_fn *each, void *arg)
{
	const struct xdp_queue *first = &q->queue[0];

	each(arg, "device", q->device.name, 0);
	each(arg, "queues", NULL, q->device.queues);
	each(arg, "mode", q->filter.native ? "native" : "generic", 0);
	each(arg, "copy", first->zero_copy ? "zero-copy" : "copy", 0);
	each(arg, "frame_bytes", NULL, first->frame_bytes);
	each(arg, "ring", NULL, first->ring);
	each(arg, "tx_budget", NULL,
		first->tx_budget ? first->tx_budget : first->ring);
	each(arg, "busy_poll", first->busy_poll ? "on" : "off", 0);
}

void xdp_queues_close(struct xdp_queues *q)
{
	/* First, so that no more frames come. */
	xdp_filter_close(&q->filter);
	for (uint32_t i = 0; i < q->count; i++)
		xdp_queue_close(&q->queue[i]);
	free(q->queue);
	*q = (struct xdp_queues){0};
}
