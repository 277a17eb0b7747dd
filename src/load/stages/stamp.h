/* SPDX-License-Identifier: MIT */
/*
 * Time stamps that the kernel takes of a socket's datagrams (SO_TIMESTAMPING;
 * Documentation/networking/timestamping.rst). All are of CLOCK_REALTIME, except
 * for a device's own.
 *
 * For a sent datagram, each stamp comes as a separate message in the socket's
 * error queue: SCHED before the queueing discipline, SND in the driver. A
 * received datagram carries its stamp.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Room for the control messages of either queue. */
#define STAMP_CONTROL 256

enum stamp_kind {
	STAMP_NONE,     /* no stamp, or of an unknown kind */
	STAMP_RECEIVED, /* of a received datagram */
	STAMP_SCHED,
	STAMP_SENT,
};

struct stamp {
	enum stamp_kind kind;
	uint32_t id;          /* number of the sent datagram, from 0 */
	uint64_t software_ns; /* 0: not taken */
	uint64_t hardware_ns; /* 0: not taken; by the device's clock */
};

/*
 * Switches stamps on; hardware: also those of a device that is already set up
 * to take them. Numbers restart at 0. The kernel begins to stamp what is
 * received a moment later, and does so on the whole host while any socket asks
 * for it. 0; or -errno and one line in why.
 */
int stamp_enable(int fd, bool hardware, char *why, size_t why_bytes);

/*
 * Waits until the kernel stamps what is received, after stamp_enable(). It
 * leaves that to a work item, and may just be about to stop because another
 * socket is done (net_enable_timestamp()); so this sends datagrams to itself
 * over loopback until a hundred in a row have had a stamp, a millisecond apart.
 * 0; -ETIMEDOUT: not after ten thousand; or another -errno, if loopback cannot
 * be used. May return early if *interrupted (NULL: never).
 */
int stamp_await(const atomic_bool *interrupted);

/* 0 or -errno. */
int stamp_disable(int fd);

/* The stamp in the control messages of a received message. */
struct stamp stamp_parse(const struct msghdr *message);

/* Takes the next message off the error queue: 1, 0 if it is empty, or -errno.
 * An ICMP error there gives STAMP_NONE. */
int stamp_next(int fd, struct stamp *out);
