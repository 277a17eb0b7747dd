/* SPDX-License-Identifier: MIT */
/*
 * The filter of a device: an XDP program that hands datagrams to our AF_XDP
 * sockets, and everything else to the kernel's stack.
 *
 * It is attached by a link (BPF_LINK_CREATE, Linux 5.9), which ends with its
 * descriptor: so the program goes with the process, however that ends. A device
 * takes one such program, and libxdp's dispatcher, which would take several,
 * stays attached when a process is killed.
 */
#pragma once

#include "core/address.h"
#include "xdp/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_object;

struct xdp_filter_config {
	const struct xdp_device *device;
	/* Destinations: these addresses, whatever their ports, ... */
	const union address *address;
	uint32_t address_count;         /* at most XDP_DEVICE_ADDRESSES */
	uint16_t port_first, port_last; /* ... and these ports */
	/* If not NULL, instead of the above: what comes from this peer to flows
	 * that are added. */
	const union address *peer;
	uint32_t frame_most; /* longest packet, in bytes */
	bool frags;          /* which may have several buffers */
	bool native;         /* only the driver's own XDP will do */
	bool generic;        /* do not try it */
};

struct xdp_filter {
	struct bpf_object *object;
	int link, sockets, flows; /* descriptors */
	bool native; /* by the driver; else generic, by the kernel */
};

/* Loads and attaches the program: in the driver, or, where it cannot, generic.
 * Until sockets are added, everything goes to the stack. 0; or -errno and one
 * line in why: -EBUSY the device has a program already. Nothing is left then.
 */
int xdp_filter_open(struct xdp_filter *f,
	const struct xdp_filter_config *config, char *why, size_t why_bytes);

/* Datagrams that arrive at this queue go to the AF_XDP socket fd from now on. 0
 * or -errno. */
int xdp_filter_add(struct xdp_filter *f, uint32_t queue, int fd);

/* Only with a peer: what comes from it to a flow's own end, at this queue, goes
 * to the queue's socket from now on, or no more. 0 or -errno. */
int xdp_filter_flow_add(
	struct xdp_filter *f, const union address *own, uint32_t queue);
int xdp_filter_flow_remove(struct xdp_filter *f, const union address *own);

/* They go to the stack again. 0 or -errno. Needs no privilege, nor does
 * xdp_filter_add() (Linux 5.19). */
int xdp_filter_remove(struct xdp_filter *f, uint32_t queue);

/* Detaches the program. Legal on zeroed state. */
void xdp_filter_close(struct xdp_filter *f);
