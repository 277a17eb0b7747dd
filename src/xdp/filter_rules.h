/* SPDX-License-Identifier: MIT */
/* What the filter's program (filter.bpf.c) is told before it is loaded: the
 * verifier then leaves out what cannot be needed. */
#pragma once

#include <linux/types.h>

#define FILTER_ADDRESSES 16
#define FILTER_QUEUES    256
/* Local addresses with ports of a generator's flows. */
#define FILTER_FLOWS   65536
#define FILTER_SOURCES 64

struct filter_rules {
	__u16 port_first, port_last; /* of the destination; host's order */
	__u32 frame_most;            /* bytes of the longest packet */
	__u32 frags;                 /* which may have several buffers */
	__u32 v4_count, v6_count;
	__u32 never_count;
	__u32 v4[FILTER_ADDRESSES];  /* as in a header */
	__u32 never[FILTER_SOURCES]; /* IPv4 sources that no peer has */
	__u32 v6[FILTER_ADDRESSES][4];
	__u8 mac[6];   /* of the device */
	__u16 generic; /* the kernel runs it, after what may join datagrams */
	/* Not what comes to these addresses and ports is taken, but what comes
	 * from this peer to the end of a flow, at the flow's queue. */
	__u16 by_flow;
	__u16 peer_port; /* as in a header, and so is the address; */
	__u32 peer[4];   /* IPv4 has the first word */
};

/* A flow's own end; as in a header. */
struct filter_flow {
	__u32 address[4]; /* IPv4 has the first word, and zeros */
	__u16 port;
	__u16 zero;
};
