/* SPDX-License-Identifier: MIT */
/* Network devices as XDP needs to know them (netdevice(7)). */
#pragma once

#include "core/address.h"

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XDP_DEVICE_ADDRESSES 16
#define XDP_DEVICE_NEVER     64

struct xdp_device {
	char name[IF_NAMESIZE];
	unsigned index;
	uint8_t mac[6];
	uint32_t mtu;    /* without the Ethernet header */
	uint32_t queues; /* that both receive and send */
	/* Its own unicast addresses, ports 0; the first of them, should it have
	 * more. */
	union address address[XDP_DEVICE_ADDRESSES];
	uint32_t address_count;
	/* IPv4 sources that come from no wire, since the stack answers none of
	 * them: this host's addresses, and the broadcast addresses of their
	 * networks, whatever the device. The first of them. */
	struct in_addr never[XDP_DEVICE_NEVER];
	uint32_t never_count;
};

/*
 * Finds the device by name, or, if that is NULL, the one that has this address.
 * 0; or -errno and one line in why: -ENODEV there is none, -EINVAL XDP is no
 * use with it (loopback, no Ethernet), -ENETDOWN it is down; or another, if the
 * kernel does not tell.
 */
int xdp_device_find(struct xdp_device *d, const char *name,
	const union address *address, char *why, size_t why_bytes);
