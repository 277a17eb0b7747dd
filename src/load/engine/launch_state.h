/* SPDX-License-Identifier: MIT */
/* What launch.bpf.c and the program that runs it (launcher.h) share: memory of
 * its two maps, which both have mapped. One thread uses it, in turn with the
 * program. */
#pragma once

#include <linux/types.h>

/* Room for Ethernet, IPv6 and UDP, in whole words. */
#define LAUNCH_HEADERS 64
/* The most datagrams of one launch. */
#define LAUNCH_MOST 4096

/* The program's orders, and what it reports. */
struct launch_state {
	__u32 device; /* index */
	__u32 flows;
	__u32 run;     /* of the probes */
	__u32 bytes;   /* of each datagram */
	__u32 timed;   /* times has the planned departures; else it is now */
	__u32 thread;  /* that runs the program; 0: none does now */
	__u32 next;    /* the flow of the next datagram */
	__u32 left;    /* datagrams to send */
	__u32 done;    /* of this launch: numbered, and handed over */
	__u32 settled; /* of these, taken or dropped by the device, or failed */
	__u32 dropped; /* of these, not taken by the device */
	__u32 failed;  /* of these, not handed to a device at all */
	__u32 error;   /* the last errno of a drop or failure */
	/* timed: in, planned departures; out: how much later each left. */
	__u64 times[LAUNCH_MOST];
};

struct launch_flow {
	__u8 headers[LAUNCH_HEADERS]; /* with a UDP checksum of 0 */
	__u64 sequence;               /* of the next probe */
	/* Ones' complement sum of what the UDP checksum covers, with check,
	 * sequence and sent of the probe 0; in the machine's byte order
	 * (RFC 1071). */
	__u32 sum;
	__u32 number;    /* in the probe */
	__u64 unused[6]; /* two cache lines each */
};
