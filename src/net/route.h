/* SPDX-License-Identifier: MIT */
/* Looks up this namespace's routes (rtnetlink(7)). */
#pragma once

#include "core/address.h"

struct route {
	int device; /* index */
	/* To whose link-layer address datagrams go: the peer itself, or a
	 * gateway, of either family. Port 0. */
	union address next;
};

/* The route of datagrams to a peer; from: their source, AF_UNSPEC if the kernel
 * chooses it; device: by which they must leave, 0 if by any. 0; or -errno:
 * -ENETUNREACH if there is none. */
int route_find(struct route *out, const union address *to,
	const union address *from, unsigned device);

/* The index of the device by which datagrams to a peer leave, or -errno, as
 * above. */
int route_device(const union address *to, const union address *from);
