/* SPDX-License-Identifier: MIT */
/*
 * What the workers of an endpoint share: the device, its filter, and a queue
 * for each worker, all opened before they start and before privileges are given
 * up.
 */
#include "backend/xdp_state.h"

#include "core/lines.h"
#include "net/address_watch.h"
#include "net/interface.h"
#include "xdp/filter_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Entries of each ring, and frames of each queue: as many datagrams wait there
 * as the default windows of a generator have (8 flows x 1024). */
#define RING   8192
#define FRAMES (2 * RING)
/* Of the filter, its maps and what loads them, and of the watch; and of each
 * worker, until its socket is open. */
#define DESCRIPTORS      16
#define DESCRIPTORS_EACH 3

/* Libraries name other causes, or none, when descriptors run out, so as many as
 * will be needed are held for a moment. */
static int check_descriptors(uint32_t workers, char *why, size_t why_bytes)
{
	uint32_t n = 0, wanted = DESCRIPTORS + DESCRIPTORS_EACH * workers;
	int *held = calloc(wanted, sizeof(*held)), error = 0;

	if (!held)
		return -ENOMEM;
	for (; !error && n < wanted; n += !error) {
		held[n] = eventfd(0, EFD_CLOEXEC);
		error = held[n] < 0 ? -errno : 0;
	}
	if (error)
		snprintf(why, why_bytes,
			"%s: of %u descriptors that AF_XDP needs, %u are "
			"missing; raise ulimit -n",
			strerror(-error), wanted, wanted - n);
	while (n)
		close(held[--n]);
	free(held);
	return error;
}

int xdp_backend_queues(const union address *listen, const char *device,
	char *why, size_t why_bytes)
{
	struct xdp_device d;
	int error = check_descriptors(1, why, why_bytes);

	if (error)
		return error;
	if (!device && address_is_any(listen)) {
		snprintf(why, why_bytes,
			"xdp serves one device: name an address of it, or "
			"--device");
		return -EINVAL;
	}
	error = xdp_device_find(&d, device, listen, why, why_bytes);
	if (error)
		return error;
	return (int)(d.queues < FILTER_QUEUES ? d.queues : FILTER_QUEUES);
}

static bool wanted(const union address *a, const struct backend_share_config *c)
{
	return a->sa.sa_family == c->bound->sa.sa_family || c->dual;
}

/* The endpoint's address, or, for a wildcard, those of the device. */
static uint32_t choose_addresses(union address out[XDP_DEVICE_ADDRESSES],
	const struct xdp_device *d, const struct backend_share_config *c)
{
	uint32_t n = 0;

	if (!address_is_any(c->bound)) {
		out[0] = *c->bound;
		return 1;
	}
	for (uint32_t i = 0; i < d->address_count; i++)
		if (wanted(&d->address[i], c))
			out[n++] = d->address[i];
	return n;
}

static int open_queues(struct xdp_share *s,
	const struct backend_share_config *c, uint32_t frame_bytes, char *why,
	size_t why_bytes)
{
	struct xdp_queue_config config = {
		.device = s->device.name,
		.frame_bytes = frame_bytes,
		.ring = RING,
		.frames = FRAMES,
		.frags = s->frags,
		.busy_poll_us = c->busy_poll_us,
	};
	int error = 0;

	s->queue = lines_alloc(c->workers, sizeof(*s->queue));
	if (!s->queue)
		return -ENOMEM;
	while (!error && s->queue_count < c->workers) {
		struct xdp_queue *q = &s->queue[s->queue_count];

		config.queue = s->queue_count;
		error = xdp_queue_open(q, &config, why, why_bytes);
		if (error)
			break;
		s->queue_count++;
		error = xdp_filter_add(&s->filter, config.queue, q->fd);
		if (error)
			snprintf(why, why_bytes,
				"the XDP program on %s does not take the "
				"socket of queue %u: %s",
				s->device.name, config.queue, strerror(-error));
	}
	return error;
}

static bool all_are_here(const struct xdp_share *s)
{
	for (uint32_t i = 0; i < s->address_count; i++)
		if (!interface_has(&s->address[i]))
			return false;
	return true;
}

bool xdp_share_follow(struct xdp_share *s)
{
	bool away;

	if (!address_watch_changed(s->watch))
		return false;
	away = !all_are_here(s);
	if (away == s->away)
		return false;
	for (uint32_t i = 0; i < s->queue_count; i++)
		(void)(away ? xdp_filter_remove(&s->filter, i)
			    : xdp_filter_add(&s->filter, i, s->queue[i].fd));
	s->away = away;
	return away;
}

int xdp_backend_share(void **out, const struct backend_share_config *c,
	char *why, size_t why_bytes)
{
	struct xdp_filter_config filter = {
		.port_first = address_port(c->bound),
		.port_last = address_port(c->bound),
	};
	struct xdp_share *s = calloc(1, sizeof(*s));
	uint32_t frame_bytes;
	int error;

	snprintf(why, why_bytes, "no memory for the queues of a device");
	if (!s)
		return -ENOMEM;
	s->watch = -1;
	error = check_descriptors(c->workers, why, why_bytes);
	if (error)
		goto failed;
	error = xdp_device_find(
		&s->device, c->device, c->bound, why, why_bytes);
	if (error)
		goto failed;
	frame_bytes = xdp_queue_frame_bytes(s->device.mtu);
	s->packet_most = FRAME_ETHERNET + s->device.mtu;
	s->frags = s->packet_most > xdp_queue_room(frame_bytes) &&
		   xdp_queue_has_frags();
	if (!s->frags && s->packet_most > xdp_queue_room(frame_bytes))
		s->packet_most = xdp_queue_room(frame_bytes);
	filter.device = &s->device;
	s->address_count = choose_addresses(s->address, &s->device, c);
	filter.address = s->address;
	filter.address_count = s->address_count;
	filter.frame_most = s->packet_most;
	filter.frags = s->frags;
	filter.native = c->native;
	filter.generic = c->generic;
	/* Before the addresses can change unseen. */
	s->watch = address_watch_open();
	if (s->watch < 0) {
		error = s->watch;
		snprintf(why, why_bytes,
			"changes of addresses cannot be watched: %s",
			strerror(-error));
		goto failed;
	}
	error = xdp_filter_open(&s->filter, &filter, why, why_bytes);
	if (!error)
		error = open_queues(s, c, frame_bytes, why, why_bytes);
	if (error)
		goto failed;
	*out = s;
	return 0;
failed:
	xdp_backend_unshare(s);
	return error;
}

void xdp_backend_facts(const void *share, backend_fact_fn *each, void *arg)
{
	const struct xdp_share *s = share;
	const struct xdp_queue *q = &s->queue[0];

	each(arg, "device", s->device.name, 0);
	each(arg, "queues", NULL, s->device.queues);
	each(arg, "mode", s->filter.native ? "native" : "generic", 0);
	each(arg, "copy", q->zero_copy ? "zero-copy" : "copy", 0);
	each(arg, "multi_buffer", s->frags ? "on" : "off", 0);
	each(arg, "frame_bytes", NULL, q->frame_bytes);
	each(arg, "payload_most", NULL, s->packet_most - FRAME_HEADERS_V6);
	each(arg, "ring", NULL, q->ring);
	each(arg, "tx_budget", NULL, q->tx_budget ? q->tx_budget : q->ring);
	each(arg, "busy_poll", q->busy_poll ? "on" : "off", 0);
}

void xdp_backend_unshare(void *share)
{
	struct xdp_share *s = share;

	if (!s)
		return;
	/* First, so that no more frames come. */
	xdp_filter_close(&s->filter);
	for (uint32_t i = 0; i < s->queue_count; i++)
		xdp_queue_close(&s->queue[i]);
	if (s->watch >= 0)
		close(s->watch);
	free(s->queue);
	free(s);
}
