/* SPDX-License-Identifier: MIT */
/*
 * Time stamps that the kernel takes of a socket's datagrams (SO_TIMESTAMPING;
 * Documentation/networking/timestamping.rst). All are of CLOCK_REALTIME, but
 * for a device's own.
 *
 * Of a datagram sent, each stamp comes as a message of its own through the
 * socket's error queue: SCHED before the queueing discipline, SND in the
 * driver. Of one received, the stamp comes along with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Room for the control messages of either queue. */
#define STAMP_CONTROL 256

enum stamp_kind {
	STAMP_NONE,     /* no stamp, or not one that is known */
	STAMP_RECEIVED, /* of a datagram received */
	STAMP_SCHED,
	STAMP_SENT,
};

struct stamp {
	enum stamp_kind kind;
	uint32_t id;          /* of a datagram sent: its number, from 0 */
	uint64_t software_ns; /* 0: not taken */
	uint64_t hardware_ns; /* 0: not taken; by a clock of the device */
};

/*
 * Switches stamps on; those of a device only where it takes them already. The
 * number of the next datagram sent is 0. The kernel begins to stamp what is
 * received a moment later, and does so on the whole host, for as long as any
 * socket asks. 0; or -errno and one line in why.
 */
int stamp_enable(int fd, bool hardware, char *why, size_t why_bytes);

/* 0 or -errno. */
int stamp_disable(int fd);

/* What the control messages of a message received say. */
struct stamp stamp_parse(const struct msghdr *message);

/* The next of the error queue: 1, 0 where it is empty, or -errno. An error by
 * ICMP that was queued there is taken off it, and is of STAMP_NONE. */
int stamp_next(int fd, struct stamp *out);
