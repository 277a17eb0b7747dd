/* SPDX-License-Identifier: MIT */
#include "xdp/filter.h"

#include "xdp/filter_rules.h"
#include "xdp/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Newer than the headers of Linux 5.18: the program also works on packets of
 * several buffers, without which drivers refuse it at a large MTU. */
#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

_Static_assert(FILTER_ADDRESSES == XDP_DEVICE_ADDRESSES, "room for all");
_Static_assert(FILTER_SOURCES == XDP_DEVICE_NEVER, "room for all");

extern const struct xdp_object xdp_object_filter;

/* The stack does not let these be answered (martians, EACCES). */
static void write_sources(
	struct filter_rules *r, const struct xdp_device *device)
{
	for (uint32_t i = 0; i < device->never_count; i++)
		r->never[r->never_count++] = device->never[i].s_addr;
}

static void read_end(
	uint32_t address[4], uint16_t *port, const union address *a)
{
	union address plain = *a;

	address_unmap(&plain);
	memset(address, 0, 16);
	/* The ports of both families lie at one offset. */
	*port = plain.in.sin_port;
	if (plain.sa.sa_family == AF_INET)
		address[0] = plain.in.sin_addr.s_addr;
	else
		memcpy(address, &plain.in6.sin6_addr, 16);
}

static void write_peer(struct filter_rules *r, const union address *peer)
{
	r->by_flow = 1;
	read_end(r->peer, &r->peer_port, peer);
}

static void write_rules(
	struct filter_rules *r, const struct xdp_filter_config *c, bool generic)
{
	*r = (struct filter_rules){
		.port_first = c->port_first,
		.port_last = c->port_last,
		.frame_most = c->frame_most,
		.generic = generic,
		.frags = c->frags,
	};
	memcpy(r->mac, c->device->mac, sizeof(r->mac));
	write_sources(r, c->device);
	for (uint32_t i = 0; i < c->address_count; i++) {
		union address a = c->address[i];

		address_unmap(&a);
		if (a.sa.sa_family == AF_INET)
			r->v4[r->v4_count++] = a.in.sin_addr.s_addr;
		else
			memcpy(r->v6[r->v6_count++], &a.in6.sin6_addr, 16);
	}
	if (c->peer)
		write_peer(r, c->peer);
}

static int load(struct xdp_filter *f, const struct xdp_filter_config *config,
	bool generic, char *why, size_t why_bytes)
{
	struct filter_rules rules;
	struct bpf_map *map;
	int error =
		xdp_object_open(&xdp_object_filter, &f->object, why, why_bytes);

	if (error)
		return error;
	write_rules(&rules, config, generic);
	map = bpf_object__find_map_by_name(f->object, ".rodata");
	error = map ? bpf_map__set_initial_value(map, &rules, sizeof(rules))
		    : -ENOENT;
	/* Its buckets are memory. */
	if (!error && !config->peer)
		error = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(f->object, "flows"), 1);
	if (!error)
		error = bpf_program__set_flags(
			bpf_object__find_program_by_name(f->object, "filter"),
			BPF_F_XDP_HAS_FRAGS);
	if (error) {
		snprintf(why, why_bytes, "the XDP program has no rules: %s",
			strerror(-error));
		return error;
	}
	return xdp_object_load(f->object, why, why_bytes);
}

static int attach(
	struct xdp_filter *f, const struct xdp_filter_config *c, bool generic)
{
	int program = bpf_program__fd(
		bpf_object__find_program_by_name(f->object, "filter"));
	LIBBPF_OPTS(bpf_link_create_opts, o,
		.flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	f->link = bpf_link_create(program, (int)c->device->index, BPF_XDP, &o);
	f->native = !generic;
	return f->link < 0 ? f->link : 0;
}

static void explain(int error, const char *device, char *why, size_t why_bytes)
{
	if (error == -EBUSY || error == -EEXIST)
		snprintf(why, why_bytes,
			"device %s has an XDP program already, perhaps of "
			"another udpmill, and takes only one (ip link show %s)",
			device, device);
	else
		snprintf(why, why_bytes,
			"cannot attach an XDP program to device %s: %s", device,
			strerror(-error));
}

/* other: the other mode may be tried. */
static int open_as(struct xdp_filter *f, const struct xdp_filter_config *c,
	bool generic, bool *other, char *why, size_t why_bytes)
{
	int error;

	*f = (struct xdp_filter){.link = -1, .sockets = -1, .flows = -1};
	*other = false;
	error = load(f, c, generic, why, why_bytes);
	if (!error) {
		f->sockets =
			bpf_object__find_map_fd_by_name(f->object, "sockets");
		f->flows = bpf_object__find_map_fd_by_name(f->object, "flows");
		error = attach(f, c, generic);
		*other = error && error != -EBUSY && error != -EEXIST;
		if (error)
			explain(error, c->device->name, why, why_bytes);
	}
	if (error)
		xdp_filter_close(f);
	return error;
}

int xdp_filter_open(struct xdp_filter *f,
	const struct xdp_filter_config *config, char *why, size_t why_bytes)
{
	bool generic = config->generic, other;
	int error = open_as(f, config, generic, &other, why, why_bytes);

	if (error && other && !generic && !config->native)
		error = open_as(f, config, true, &other, why, why_bytes);
	return error;
}

int xdp_filter_add(struct xdp_filter *f, uint32_t queue, int fd)
{
	return bpf_map_update_elem(f->sockets, &queue, &fd, BPF_ANY);
}

int xdp_filter_flow_add(
	struct xdp_filter *f, const union address *own, uint32_t queue)
{
	struct filter_flow flow = {0};

	read_end(flow.address, &flow.port, own);
	return bpf_map_update_elem(f->flows, &flow, &queue, BPF_ANY);
}

int xdp_filter_flow_remove(struct xdp_filter *f, const union address *own)
{
	struct filter_flow flow = {0};

	read_end(flow.address, &flow.port, own);
	return bpf_map_delete_elem(f->flows, &flow);
}

int xdp_filter_remove(struct xdp_filter *f, uint32_t queue)
{
	return bpf_map_delete_elem(f->sockets, &queue);
}

void xdp_filter_close(struct xdp_filter *f)
{
	if (f->object && f->link >= 0)
		close(f->link);
	xdp_object_close(f->object);
	*f = (struct xdp_filter){.link = -1, .sockets = -1, .flows = -1};
}
