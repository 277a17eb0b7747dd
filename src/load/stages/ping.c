/* SPDX-License-Identifier: MIT */
#include "load/stages/ping.h"

#include "core/clock.h"
#include "core/probe.h"
#include "core/train.h"
#include "load/traffic/content.h"
#include "net/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* SO_RCVTIMEO is set anew when it is off by this much. */
#define WAIT_STEP_NS 10000000u
/* A device's stamp may come after the reply; a driver's comes before it. */
#define STAMP_MS 2
/* The most late replies taken at once, in case they never end. */
#define LATE_MAX 1000
/* Pause after a network error: an immediate retry would get the same. */
#define REPORTED_NS 20000000u
/* A receive that always spins reads the clock once in so many calls. */
#define SPINS 64

static int fail(struct ping *p, const char *doing, int error)
{
	char text[ADDRESS_TEXT];

	address_format(&p->config->socket.remote, text);
	if (error == ECONNREFUSED)
		snprintf(p->why, sizeof(p->why),
			"nobody listens at %s (ICMP port unreachable)", text);
	else
		snprintf(p->why, sizeof(p->why), "%s %s: %s", doing, text,
			strerror(error));
	return -error;
}

/* Network errors, which concern one datagram and not the next. A send may also
 * return the error of an earlier datagram. */
static bool is_reported(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EPROTO:
	case EACCES:
	case EMSGSIZE:
		return true;
	default:
		return false;
	}
}

/* 0: a network error, by which one datagram is lost; -errno: cannot go on.
 * Empties the socket's error queue, which would otherwise be read as stamps. */
static int note_error(struct ping *p, const char *doing, int error)
{
	const struct timespec pause = {.tv_nsec = REPORTED_NS};
	struct stamp old;

	(void)fail(p, doing, error);
	if (!is_reported(error))
		return -error;
	p->reported++;
	p->in_row++;
	p->error = -error;
	while (stamp_next(p->fd, &old) > 0)
		;
	(void)nanosleep(&pause, NULL);
	/* The kernel may or may not have numbered it: restart the numbers. */
	return p->stamping ? ping_stamp(p, p->hardware) : 0;
}

static int fill(struct ping *p)
{
	struct content content;
	uint32_t n = p->config->length;

	p->out = malloc((size_t)n + 1);
	p->in = malloc(DATAGRAM_MAX_V6 + 1);
	if (!p->out || !p->in ||
		content_init(&content, p->config->content, p->config->run, n)) {
		snprintf(p->why, sizeof(p->why), "no memory");
		return -ENOMEM;
	}
	memcpy(p->out, content_at(&content, 0, 0), n);
	content_fini(&content);
	return 0;
}

/* Adjusts SO_RCVTIMEO to the current timeout, between two round trips. */
static int set_wait(struct ping *p)
{
	uint64_t ns = p->rtt.timeout_ns;
	uint64_t off = ns > p->wait_ns ? ns - p->wait_ns : p->wait_ns - ns;
	const struct timeval wait = {
		.tv_sec = (time_t)(ns / 1000000000u),
		.tv_usec = (suseconds_t)(ns % 1000000000u / 1000),
	};

	if (off < WAIT_STEP_NS)
		return 0;
	p->wait_ns = ns;
	if (setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		return fail(p, "setting SO_RCVTIMEO for", errno);
	return 0;
}

static bool interrupted(const struct ping *p)
{
	const atomic_bool *flag = p->config->interrupted;

	return flag && atomic_load_explicit(flag, memory_order_relaxed);
}

int ping_init(struct ping *p, const struct stages_config *config)
{
	struct socket_config socket = config->socket;
	int error;

	*p = (struct ping){.config = config, .fd = -1};
	error = fill(p);
	if (error)
		return error;
	socket.errors = true;
	socket.nonblock = false;
	p->fd = socket_open(&socket, &p->obtained, p->why, sizeof(p->why));
	if (p->fd < 0)
		return p->fd;
	rtt_init(&p->rtt, config->timeout_ns);
	spin_init(&p->spin, config->spin_ns);
	error = set_wait(p);
	if (error)
		return error;
	wall_init(&p->wall);
	return 0;
}

void ping_fini(struct ping *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->out);
	free(p->in);
}

int ping_stamp(struct ping *p, bool hardware)
{
	int error = stamp_enable(p->fd, hardware, p->why, sizeof(p->why));
	struct stamp old;

	/* The numbers restart: drop old stamps. */
	while (stamp_next(p->fd, &old) > 0)
		;
	p->stamping = true;
	p->hardware = hardware;
	p->id = 0;
	return error;
}

/* Is it the reply to the last datagram? Only a probe can tell for certain. */
static bool is_reply(const struct ping *p, uint32_t bytes)
{
	const struct stages_config *c = p->config;
	struct probe probe;
	char text[40];
	int n;

	switch (c->replies) {
	case REPLIES_PROBES:
		return bytes == c->length && probe_read(p->in, bytes, &probe) &&
		       probe.run == c->run && probe.flow == 0 &&
		       probe.sequence == p->sequence;
	case REPLIES_TEXT:
		n = snprintf(text, sizeof(text), "Your data was %u bytes",
			c->length);
		return bytes == (uint32_t)n && memcmp(p->in, text, bytes) == 0;
	default:
		return bytes == c->length;
	}
}

/* A receive that did not wait brought nothing. Is the wait for the reply over?
 */
static bool is_late(struct ping *p, unsigned spins)
{
	uint64_t now_ns;

	if (p->spin.most_ns == 0 && spins % SPINS != 0)
		return false;
	now_ns = clock_ns();
	if (p->spin.most_ns > 0)
		(void)spin_nothing(&p->spin, now_ns);
	return now_ns >= p->end_ns;
}

/* Receives one datagram: its bytes, or -errno; -EAGAIN if none came in time.
 * Reads the clock here, right after the receive. */
static ssize_t take(struct ping *p, struct sample *s)
{
	_Alignas(struct cmsghdr) char control[STAMP_CONTROL];
	struct iovec iov = {p->in, DATAGRAM_MAX_V6 + 1};
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	unsigned spins = 0;
	struct stamp stamp;
	ssize_t n;

	for (;;) {
		bool waits = spin_sleeps(&p->spin);

		n = recvmsg(p->fd, &m, waits ? 0 : MSG_DONTWAIT);
		if (n >= 0)
			break;
		if (errno == EINTR && !interrupted(p))
			continue;
		if (errno == EINTR)
			return -EAGAIN;
		if (errno != EAGAIN || waits)
			return -errno;
		if (is_late(p, ++spins))
			return -EAGAIN;
	}
	s->returned = clock_wall_ns();
	if (p->spin.most_ns > 0)
		(void)spin_came(&p->spin);
	stamp = stamp_parse(&m);
	s->received = stamp.software_ns;
	s->device_received = stamp.hardware_ns;
	return n;
}

/* 1 the reply came, 0 not in time or a network error, -errno. */
static int await_reply(struct ping *p, struct sample *s)
{
	uint64_t sent_ns = p->end_ns - p->rtt.timeout_ns;
	struct probe_receive seen;

	for (;;) {
		ssize_t n = take(p, s);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return note_error(p, "receiving from", (int)-n);
		if (is_reply(p, (uint32_t)n)) {
			if (p->config->shared_clock &&
				probe_read_receive(p->in, (uint32_t)n, &seen))
				s->server = wall_of(&p->wall, seen.received_ns);
			rtt_note(&p->rtt, clock_ns() - sent_ns);
			return 1;
		}
		p->foreign++;
		if (clock_ns() >= p->end_ns)
			return 0;
	}
}

/* Takes all stamps in the error queue, and ignores those of earlier datagrams.
 * Waits once for missing ones. 0 or -errno. */
static int collect(struct ping *p, struct sample *s)
{
	struct pollfd queue = {.fd = p->fd};
	bool waited = false;
	struct stamp stamp;
	int n;

	for (;;) {
		while ((n = stamp_next(p->fd, &stamp)) > 0)
			if (stamp.id == p->id - 1)
				sample_add(s, &stamp);
		if (n < 0)
			return fail(p, "reading stamps of sends to", -n);
		if (waited || (s->sched && s->sent &&
				      (!p->hardware || s->device_sent)))
			return 0;
		waited = true;
		(void)poll(&queue, 1, STAMP_MS);
	}
}

/* After a loss: a late reply must not be taken for the next one's. If replies
 * carry no number, waits the timeout once more for it. */
static void drain(struct ping *p)
{
	int wait = p->config->replies == REPLIES_PROBES ? MSG_DONTWAIT : 0;

	uint64_t end_ns = clock_ns() + p->rtt.timeout_ns;

	for (int i = 0; i < LATE_MAX && clock_ns() < end_ns &&
			recv(p->fd, p->in, 1, wait) >= 0;
		i++)
		p->foreign++;
}

/* 1 sent, 0 dropped by the queueing discipline or a network error, -errno. */
static int send_one(struct ping *p, struct sample *s)
{
	const struct probe probe = {
		.magic = PROBE_REQUEST,
		.run = p->config->run,
		.sequence = p->sequence,
		.sent_ns = clock_ns(),
	};
	struct iovec iov = {p->out, p->config->length};
	const struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	p->end_ns = probe.sent_ns + p->rtt.timeout_ns;
	if (p->config->length >= PROBE_BYTES)
		probe_write(p->out, p->config->length, &probe);
	for (;;) {
		s->asked = clock_wall_ns();
		if (sendmsg(p->fd, &m, 0) >= 0)
			return 1;
		if (errno == EINTR)
			continue;
		if (errno != ENOBUFS)
			return note_error(p, "sending to", errno);
		p->nobufs++;
		/* Whether it was numbered depends on the kernel's version and
		 * on where it failed: restart the numbers. */
		return p->stamping ? ping_stamp(p, p->hardware) : 0;
	}
}

int ping_once(struct ping *p, struct sample *s, bool *set)
{
	int got, error = 0;

	*s = (struct sample){0};
	*set = false;
	got = set_wait(p);
	if (got)
		return got;
	if (p->lost)
		drain(p);
	p->lost = false;
	got = send_one(p, s);
	if (got > 0) {
		uint64_t reported = p->reported;

		p->id++;
		got = await_reply(p, s);
		p->lost = got == 0 && p->reported == reported;
	}
	if (got > 0) {
		p->in_row = 0;
		*set = wall_was_set(&p->wall, s->returned);
		if (p->stamping)
			error = collect(p, s);
	}
	p->sequence++;
	return error ? error : got;
}
