/* SPDX-License-Identifier: MIT */
#include "net/exchange.h"

#include "core/clock.h"
#include "net/icmp.h"
#include "net/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int exchange_init(struct exchange *e, const struct exchange_config *config,
	char *why, size_t why_bytes)
{
	const struct socket_config socket = {
		.bind = config->bind,
		.device = config->device,
		.family = config->peer.sa.sa_family,
		.dual = true, /* so that a v4-mapped peer can be reached */
		.errors = true,
	};
	struct socket_obtained got;
	int fd;

	*e = (struct exchange){0};
	fd = socket_open(&socket, &got, why, why_bytes);
	if (fd < 0)
		return fd;
	e->fd = fd;
	e->open = true;
	e->promiscuous = config->promiscuous;
	e->peer = config->peer;
	e->local = got.bound;
	return 0;
}

static int fail(struct exchange *e, const char *doing, int error, char *why,
	size_t why_bytes)
{
	char text[ADDRESS_TEXT];

	address_format(&e->peer, text);
	/* errno does not tell whether the network or this host reported the
	 * error. */
	while (icmp_next_error(e->fd))
		e->icmp = true;
	if (error == ECONNREFUSED) {
		e->icmp = true;
		snprintf(why, why_bytes,
			"nobody listens at %s (ICMP port unreachable)", text);
	} else if (e->icmp) {
		snprintf(why, why_bytes, "%s cannot be reached (ICMP: %s)",
			text, strerror(error));
	} else {
		snprintf(why, why_bytes, "%s %s: %s", doing, text,
			strerror(error));
	}
	return -error;
}

static int call_connect(struct exchange *e)
{
	socklen_t n = sizeof(e->peer);

	if (e->promiscuous || e->connected)
		return 0;
	if (connect(e->fd, &e->peer.sa, address_length(&e->peer)))
		return -errno;
	e->connected = true;
	/* The peer as the kernel sees it: connecting to 0.0.0.0 reaches
	 * 127.0.0.1, from where the answer comes. */
	return getpeername(e->fd, &e->peer.sa, &n) ? -errno : 0;
}

static int call_send(const struct exchange *e, const void *data, uint32_t bytes)
{
	const struct sockaddr *to = e->connected ? NULL : &e->peer.sa;
	socklen_t n = e->connected ? 0 : address_length(&e->peer);

	while (sendto(e->fd, data, bytes, 0, to, n) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int exchange_connect(struct exchange *e, char *why, size_t why_bytes)
{
	socklen_t n = sizeof(e->local);
	int error = call_connect(e);

	if (error)
		return fail(e, "connecting to", -error, why, why_bytes);
	if (getsockname(e->fd, &e->local.sa, &n))
		return fail(e, "getsockname after connecting to", errno, why,
			why_bytes);
	return 0;
}

int exchange_ask(struct exchange *e, const void *data, uint32_t bytes,
	char *why, size_t why_bytes)
{
	socklen_t n = sizeof(e->local);
	int error = call_connect(e);

	if (error)
		return fail(e, "connecting to", -error, why, why_bytes);
	error = call_send(e, data, bytes);
	if (error)
		return fail(e, "sending to", -error, why, why_bytes);
	if (getsockname(e->fd, &e->local.sa, &n))
		return fail(e, "getsockname after sending to", errno, why,
			why_bytes);
	return 0;
}

/* 1 something to receive, 0 timeout, -errno. */
static int wait_until(int fd, uint64_t end_ns)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint64_t now = clock_ns(), left = now < end_ns ? end_ns - now : 0;
	struct timespec t = {
		.tv_sec = (time_t)(left / 1000000000),
		.tv_nsec = (long)(left % 1000000000),
	};
	int n = ppoll(&p, 1, &t, NULL);

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	return n;
}

int exchange_wait(struct exchange *e, uint64_t timeout_ns, void *data,
	size_t room, struct exchange_answer *answer, char *why,
	size_t why_bytes)
{
	uint64_t end_ns = clock_ns() + timeout_ns;

	/* At least once, and not for longer if strangers keep sending. */
	do {
		struct exchange_answer a = {0};
		socklen_t n = sizeof(a.from);
		int ready = wait_until(e->fd, end_ns);
		ssize_t got;

		if (ready == 0)
			return 0;
		if (ready < 0)
			return fail(e, "waiting for", -ready, why, why_bytes);
		got = recvfrom(e->fd, data, room, MSG_DONTWAIT, &a.from.sa, &n);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got < 0)
			return fail(e, "receiving from", errno, why, why_bytes);
		/* Even a connected socket may have a stranger's datagram, one
		 * that came between bind and connect. */
		if (!e->promiscuous && !address_equal(&a.from, &e->peer)) {
			e->strangers++;
			continue;
		}
		a.bytes = (uint32_t)got;
		*answer = a;
		return 1;
	} while (clock_ns() < end_ns);
	return 0;
}

void exchange_fini(struct exchange *e)
{
	if (e->open)
		close(e->fd);
	*e = (struct exchange){0};
}
