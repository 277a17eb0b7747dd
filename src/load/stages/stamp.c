/* SPDX-License-Identifier: MIT */
#include "load/stages/stamp.h"

#include "core/address.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The most for one try, and the time between two; so many in a row show that
 * stamps are there, and so many are made at most. */
#define TRY_MS     1
#define TRIES_GOOD 100
#define TRIES_MOST 10000

/* TSONLY: without a copy of the datagram, which needs CAP_NET_RAW if
 * net.core.tstamp_allow_data is 0. TX_SWHW: the driver's stamp even if the
 * device takes one too. */
#define SOFTWARE                                                               \
	(SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE |            \
		SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |     \
		SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY)
#define HARDWARE                                                               \
	(SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |         \
		SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_OPT_TX_SWHW)

static int set(int fd, int flags)
{
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)))
		return -errno;
	return 0;
}

int stamp_disable(int fd)
{
	return set(fd, 0);
}

int stamp_enable(int fd, bool hardware, char *why, size_t why_bytes)
{
	/* Numbers restart at 0 only if OPT_ID was off before. */
	int error = stamp_disable(fd);

	if (!error)
		error = set(fd, SOFTWARE | (hardware ? HARDWARE : 0));
	if (error)
		snprintf(why, why_bytes, "cannot set SO_TIMESTAMPING: %s",
			strerror(-error));
	return error;
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static bool is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

static enum stamp_kind kind_of(const struct sock_extended_err *ee)
{
	if (ee->ee_origin != SO_EE_ORIGIN_TIMESTAMPING)
		return STAMP_NONE;
	switch (ee->ee_info) {
	case SCM_TSTAMP_SCHED:
		return STAMP_SCHED;
	case SCM_TSTAMP_SND:
		return STAMP_SENT;
	default:
		return STAMP_NONE;
	}
}

struct stamp stamp_parse(const struct msghdr *message)
{
	/* CMSG_NXTHDR takes no const pointer. */
	struct msghdr m = *message;
	struct stamp out = {.kind = STAMP_RECEIVED};
	bool stamped = false;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct scm_timestamping t;
		struct sock_extended_err ee;

		if (c->cmsg_level == SOL_SOCKET &&
			c->cmsg_type == SO_TIMESTAMPING &&
			c->cmsg_len >= CMSG_LEN(sizeof(t))) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			out.software_ns = nanoseconds(&t.ts[0]);
			out.hardware_ns = nanoseconds(&t.ts[2]);
			stamped = true;
		} else if (is_error(c) && c->cmsg_len >= CMSG_LEN(sizeof(ee))) {
			memcpy(&ee, CMSG_DATA(c), sizeof(ee));
			out.kind = kind_of(&ee);
			out.id = ee.ee_data;
		}
	}
	if (!stamped || m.msg_flags & MSG_CTRUNC)
		return (struct stamp){.kind = STAMP_NONE};
	return out;
}

int stamp_next(int fd, struct stamp *out)
{
	_Alignas(struct cmsghdr) char control[STAMP_CONTROL];
	struct msghdr m = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	while (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
	*out = stamp_parse(&m);
	return 1;
}

/* To itself, and with stamps of what it receives. */
static int open_own(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;
	union address a = {.in = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	unsigned flags =
		SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	socklen_t bytes = sizeof(a.in);

	if (fd < 0)
		return -errno;
	if (bind(fd, &a.sa, bytes) == 0 &&
		getsockname(fd, &a.sa, &bytes) == 0 &&
		connect(fd, &a.sa, bytes) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags,
			sizeof(flags)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* 1: a datagram that is sent now is stamped; 0: it is not, or is late; or
 * -errno. */
static int try_own(int fd)
{
	_Alignas(struct cmsghdr) char control[STAMP_CONTROL];
	struct msghdr m = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (send(fd, "", 0, 0) < 0)
		return -errno;
	if (poll(&p, 1, TRY_MS) <= 0 || recvmsg(fd, &m, MSG_DONTWAIT) < 0)
		return 0;
	return stamp_parse(&m).software_ns > 0;
}

int stamp_await(const atomic_bool *interrupted)
{
	const struct timespec pause = {.tv_nsec = 1000000 * TRY_MS};
	int fd = open_own(), stamped = 0;

	if (fd < 0)
		return fd;
	for (int i = 0, good = 0; i < TRIES_MOST && good < TRIES_GOOD; i++) {
		stamped = try_own(fd);
		if (stamped < 0 || (interrupted && atomic_load(interrupted)))
			break;
		good = stamped ? good + 1 : 0;
		(void)nanosleep(&pause, NULL);
	}
	close(fd);
	return stamped > 0 ? 0 : stamped < 0 ? stamped : -ETIMEDOUT;
}
