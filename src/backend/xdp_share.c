/* SPDX-License-Identifier: MIT */
/*
 * What the workers of an endpoint share: the device, its filter, and a queue
 * for each worker, all opened before they start and before privileges are given
 * up.
 */
#include "backend/xdp_state.h"

#include "net/address_watch.h"
#include "net/interface.h"

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

	if (!held) {
		snprintf(why, why_bytes, "no memory to count descriptors");
		return -ENOMEM;
	}
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
			"this backend serves one device; give an address of "
			"it, or --device NAME");
		return -EINVAL;
	}
	error = xdp_device_find(&d, device, listen, why, why_bytes);
	if (error)
		return error;
	return (int)xdp_queues_most(&d);
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

static bool all_are_here(const struct xdp_share *s)
{
	for (uint32_t i = 0; i < s->address_count; i++)
		if (interface_lacks(&s->address[i]))
			return false;
	return true;
}

/* Tells the filter of all queues. Those that know already do not mind. */
static int set_away(struct xdp_queues *q, bool away)
{
	int error = 0;

	for (uint32_t i = 0; i < q->count; i++) {
		int r = away ? xdp_filter_remove(&q->filter, i)
			     : xdp_filter_add(&q->filter, i, q->queue[i].fd);

		if (r && !error)
			error = r;
	}
	return error;
}

int xdp_share_follow(struct xdp_share *s)
{
	bool away;
	int error;

	if (!address_watch_changed(s->watch) && !s->behind)
		return 0;
	away = !all_are_here(s);
	if (away == s->away && !s->behind)
		return 0;
	error = set_away(&s->queues, away);
	s->behind = error;
	if (error)
		return error;
	s->away = away;
	return away;
}

/* Before the addresses can change unseen. */
static int open_watch(struct xdp_share *s, char *why, size_t why_bytes)
{
	s->watch = address_watch_open();
	if (s->watch >= 0)
		return 0;
	snprintf(why, why_bytes, "changes of addresses cannot be watched: %s",
		strerror(-s->watch));
	return s->watch;
}

static int open_queues(struct xdp_share *s,
	const struct backend_share_config *c, char *why, size_t why_bytes)
{
	const struct xdp_device *device = &s->queues.device;
	struct xdp_filter_config filter = {
		.address = s->address,
		.port_first = address_port(c->bound),
		.port_last = address_port(c->bound),
		.native = c->native,
		.generic = c->generic,
	};
	struct xdp_queue_config queue = {
		.frame_bytes = xdp_queue_frame_bytes(device->mtu),
		.ring = RING,
		.frames = FRAMES,
		.busy_poll_us = c->busy_poll_us,
	};
	uint32_t room = xdp_queue_room(queue.frame_bytes);

	s->address_count = choose_addresses(s->address, device, c);
	s->packet_most = FRAME_ETHERNET + device->mtu;
	s->frags = s->packet_most > room && xdp_queue_has_frags();
	if (!s->frags && s->packet_most > room)
		s->packet_most = room;
	filter.address_count = s->address_count;
	filter.frame_most = s->packet_most;
	filter.frags = queue.frags = s->frags;
	return xdp_queues_open(
		&s->queues, &filter, &queue, c->workers, why, why_bytes);
}

int xdp_backend_share(void **out, const struct backend_share_config *c,
	char *why, size_t why_bytes)
{
	struct xdp_share *s = calloc(1, sizeof(*s));
	int error;

	if (!s) {
		snprintf(
			why, why_bytes, "no memory for the queues of a device");
		return -ENOMEM;
	}
	s->watch = -1;
	error = check_descriptors(c->workers, why, why_bytes);
	if (!error)
		error = xdp_device_find(
			&s->queues.device, c->device, c->bound, why, why_bytes);
	if (!error)
		error = open_watch(s, why, why_bytes);
	if (!error)
		error = open_queues(s, c, why, why_bytes);
	if (error)
		xdp_backend_unshare(s);
	else
		*out = s;
	return error;
}

void xdp_backend_facts(const void *share, backend_fact_fn *each, void *arg)
{
	const struct xdp_share *s = share;

	xdp_queues_facts(&s->queues, each, arg);
	each(arg, "multi_buffer", s->frags ? "on" : "off", 0);
	each(arg, "payload_most", NULL, s->packet_most - FRAME_HEADERS_V6);
}

void xdp_backend_unshare(void *share)
{
	struct xdp_share *s = share;

	if (!s)
		return;
	xdp_queues_close(&s->queues);
	if (s->watch >= 0)
		close(s->watch);
	free(s);
}
