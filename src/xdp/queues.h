/* SPDX-License-Identifier: MIT */
/*
 * The queues of a device, one for each of some threads, and the filter that
 * fills them. All are opened before the threads start, while there are
 * privileges.
 */
#pragma once

#include "xdp/device.h"
#include "xdp/filter.h"
#include "xdp/queue.h"

#include <stddef.h>
#include <stdint.h>

struct xdp_queues {
	struct xdp_device device;
	struct xdp_filter filter;
	struct xdp_queue *queue; /* of each thread */
	uint32_t count;
};

/* Called with each fact; text is NULL if it is a number. */
typedef void xdp_fact_fn(
	void *arg, const char *name, const char *text, uint64_t number);

/* The most threads that a device has queues for. */
uint32_t xdp_queues_most(const struct xdp_device *device);

/*
 * Attaches the filter to q->device, which the caller has found (the rest is
 * zeroed), opens its first queues, and has the filter fill them. The device,
 * and which queue, need not be in the configurations. 0; or -errno and one line
 * in why. xdp_queues_close() in either case.
 */
int xdp_queues_open(struct xdp_queues *q,
	const struct xdp_filter_config *filter,
	const struct xdp_queue_config *queue, uint32_t threads, char *why,
	size_t why_bytes);

/* What was obtained. */
void xdp_queues_facts(const struct xdp_queues *q, xdp_fact_fn *each, void *arg);

/* Legal on zeroed state. */
void xdp_queues_close(struct xdp_queues *q);
