/* SPDX-License-Identifier: MIT */
/* Network devices of this namespace as rtnetlink(7) shows them. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct link_about {
	char name[IF_NAMESIZE];
	char kind[16]; /* "veth", "bridge", ...; "": of hardware, loopback */
	bool ethernet, loopback, up;
	bool xdp_native; /* its driver runs an XDP program */
	uint8_t mac[6];
	uint32_t mtu;
	/* The index of the device that it is tied to, as one end of a veth pair
	 * to the other, in the namespace that this one knows by the id peer_in;
	 * 0, -1: none. */
	unsigned peer;
	int peer_in;
};

/* 0 or -errno: -ENODEV there is no such device. */
int link_read(struct link_about *out, unsigned index);

/* By which id this namespace knows another one, which is open as netns (rtnl
 * command RTM_GETNSID, Linux 4.0). -1: by none, or it cannot be told. */
int link_netns_id(int netns);

/* Does the device join received datagrams (GRO)? False also if it cannot be
 * told. */
bool link_has_gro(const char *name);
