/* SPDX-License-Identifier: MIT */
/*
 * A connected socket for each peer, as servers of QUIC have them, beside an
 * unconnected one, the listener, to which the first datagrams of each peer
 * come. epoll(7) tells which sockets have something.
 *
 * No datagram is lost, and those of a peer stay in order:
 *  - A new socket is bound to the listener's address, in its SO_REUSEPORT
 *    group. Until it is connected it would get a share of everybody's
 *    datagrams; so the group has a program that names the listeners only
 *    (net/steer_flow.c). What comes to it nevertheless is answered by the
 *    listener: on IPv4, and if the listener is bound to every address, connect
 *    takes the socket out of the group before it sets the peer.
 *  - What the peer sent before has been queued at the listener. So a new
 *    socket is held, that is, not read, until the listener has been found empty
 *    or as many datagrams have come from there as could be in its queue.
 *  - A socket that is to be closed is parked first: connected to itself, so
 *    that it gets nothing more. It is read at once, and again after PARKED_NS,
 *    for what was on its way into it, and then closed.
 */
#include "backend/backends.h"
#include "backend/connected_state.h"

#include "core/clock.h"
#include "core/failures.h"
#include "core/lines.h"
#include "net/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Far longer than a datagram takes from the lookup of its socket into the
 * queue, even on a busy host. */
#define PARKED_NS 200000000u
/* Receives in a row that report an ICMP error, of one socket. */
#define REPORTS_MOST 4
/* Of these sockets, all are looked at each time; of more, half of them. */
#define LOOKS_LEAST 256
#define PARKS_MOST  32
#define LOOK_EVERY  4

static int connected_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int open_epoll(struct connected *c)
{
	struct epoll_event event = {
		.events = EPOLLIN, .data.u32 = CONNECTED_LISTENER};

	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0)
		return -errno;
	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->listener, &event) ? -errno
								       : 0;
}

/* It has the address of the listener, by which routes may be chosen, but not
 * its port. */
static int open_scout(struct connected *c, int family)
{
	union address from = c->config->socket.bind;

	c->scout = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (c->scout < 0)
		return -errno;
	from.in.sin_port = 0; /* as that of sockaddr_in6 */
	if (!c->local && bind(c->scout, &from.sa, address_length(&from)))
		return -errno;
	return 0;
}

static int connected_init(void *self, const struct backend_config *config)
{
	struct connected *c = self;
	int error;

	c->epoll = c->scout = -1;
	if (!config->connecting || !config->connecting->most)
		return -EINVAL;
	c->config = config->connecting;
	c->listener = config->fd;
	c->local = address_is_any(&c->config->socket.bind);
	c->counters = config->counters;
	c->now_ns = clock_ns();
	wait_init(&c->wait, config);
	c->from = lines_alloc(config->batch, sizeof(*c->from));
	if (!c->from)
		return -ENOMEM;
	error = intake_init(&c->intake, config);
	if (!error)
		error = outlet_init(&c->outlet, config);
	if (!error)
		error = peers_init(&c->peers, c->config->most);
	if (!error)
		error = open_epoll(c);
	return error ? error : open_scout(c, config->family);
}

/* Where did the trains from first on come from? What came to a socket before
 * it was connected, or after, is answered by the listener. */
static void note_source(struct connected *c, const struct batch *b,
	uint32_t first, uint32_t from)
{
	const struct peer *p =
		from == CONNECTED_LISTENER ? NULL : &c->peers.all[from];
	uint32_t datagrams = 0;

	for (uint32_t i = first; i < b->count; i++) {
		c->from[i] = from;
		if (!p)
			continue;
		datagrams += b->trains[i].segments;
		if (p->state == PEER_PARKED) {
			c->from[i] = CONNECTED_ASTRAY;
		} else if (!address_equal(b->trains[i].peer, &p->address)) {
			c->from[i] = CONNECTED_ASTRAY;
			counter_add(c->counters, COUNTER_CONNECTED_STRAYS,
				b->trains[i].segments);
		}
	}
	if (p)
		counter_add(
			c->counters, COUNTER_CONNECTED_DATAGRAMS, datagrams);
	else
		c->listener_taken += b->count - first;
}

/* Appends what is waiting in one socket; lone: one train at most. 1: there may
 * be more; 0: it is empty; or -errno. */
static int take(struct connected *c, struct batch *b, uint32_t from, bool lone)
{
	uint32_t first = b->count, room = lone ? 1 : b->capacity - first;
	int fd = from == CONNECTED_LISTENER ? c->listener
					    : c->peers.all[from].fd;

	for (int reports = 0; reports < REPORTS_MOST; reports++) {
		int n = intake_receive(&c->intake, fd, MSG_DONTWAIT, b, lone);

		counter_add(c->counters, COUNTER_RECV_CALLS, 1);
		if (n >= 0) {
			wait_worked(&c->wait);
			note_source(c, b, first, from);
			return (uint32_t)n == room;
		}
		if (n == -EAGAIN || n == -EINTR)
			return 0;
		if (!failure_is_of_network(-n))
			return wait_failed(&c->wait, -n);
		counter_add(c->counters, COUNTER_RECV_ERRORS, 1);
	}
	return 1;
}

/* What it leaves, epoll tells again, by another call: so a look for more is
 * made more often than lone.h says. */
static int take_open(struct connected *c, struct batch *b, uint32_t from)
{
	struct peer *p = &c->peers.all[from];
	uint32_t had = b->count;
	int more;

	if (p->state == PEER_OPEN) {
		p->since_ns = c->now_ns;
		peers_move(&c->peers, from, PEER_OPEN);
	}
	more = take(c, b, from,
		lone_expected(&c->lone) && c->lone.row % LOOK_EVERY != 0);
	if (b->count > had)
		lone_note(&c->lone, b->count - had);
	return more < 0 ? more : 0;
}

static int take_listener(struct connected *c, struct batch *b)
{
	int more = take(c, b, CONNECTED_LISTENER, false);

	if (more < 0)
		return more;
	connected_release(c, !more);
	return 0;
}

/* What was parked just now is read before all others. */
static int read_parked(struct connected *c, struct batch *b)
{
	while (c->unread_count > 0 && b->count < b->capacity) {
		int more = take(c, b, c->unread[0], false);

		if (more)
			return more < 0 ? more : 0;
		c->unread[0] = c->unread[--c->unread_count];
	}
	return 0;
}

/* Closes sockets that have been parked for long, if no event tells of them. */
static int close_parked(struct connected *c, struct batch *b)
{
	while (c->unread_count == 0 && b->count < b->capacity) {
		uint32_t i = peers_first(&c->peers, PEER_PARKED);
		uint32_t had = b->count;
		int more;

		if (i == PEER_NONE ||
			c->now_ns - c->peers.all[i].since_ns < PARKED_NS)
			break;
		more = take(c, b, i, false);
		if (more)
			return more < 0 ? more : 0;
		if (b->count == had)
			connected_close(c, i);
	}
	return 0;
}

/* Looks for sockets that have something, if nothing has come yet. What is held
 * needs a look at the listener first. */
static int gather(struct connected *c, struct batch *b, int timeout_ms)
{
	int error = close_parked(c, b), n;

	if (!error && c->peers.list[PEER_HELD].count && b->count < b->capacity)
		error = take_listener(c, b);
	if (error || b->count)
		return error;
	counter_add(c->counters, COUNTER_RECV_CALLS, 1);
	n = epoll_wait(c->epoll, c->ready, CONNECTED_EVENTS, timeout_ms);
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0) {
		b->failed_call = "epoll_wait";
		return -errno;
	}
	c->ready_next = 0;
	c->ready_count = (uint32_t)n;
	/* epoll does not tell that the listener was closed. */
	return n == 0 && timeout_ms ? take_listener(c, b) : 0;
}

/* Sockets may have nothing but an error to report. */
static int connected_recv(void *self, struct batch *b, int timeout_ms)
{
	struct connected *c = self;
	int error;

	b->count = 0;
	intake_reset(&c->intake);
	error = read_parked(c, b);
	do {
		if (!error && c->ready_next == c->ready_count)
			error = gather(c, b, timeout_ms);
		while (!error && b->count < b->capacity &&
			c->ready_next < c->ready_count) {
			uint32_t from = c->ready[c->ready_next++].data.u32;

			error = from == CONNECTED_LISTENER
					? take_listener(c, b)
					: take_open(c, b, from);
		}
		timeout_ms = 0;
	} while (!error && b->count == 0 && c->ready_count > 0);
	return error ? error : (int)b->count;
}

/* Of many sockets, a half each time: two looks see all. */
static void look_at_peers(struct connected *c)
{
	uint32_t all = 0, n;

	for (int i = 0; i < PEER_STATES; i++)
		all += c->peers.list[i].count;
	n = all <= LOOKS_LEAST ? all : (all + 1) / 2;
	for (; n > 0; n--) {
		if (c->looked >= all)
			c->looked = 0;
		connected_account(c, c->looked++);
	}
}

static void expire(struct connected *c, enum peer_state state)
{
	for (int n = 0; n < PARKS_MOST; n++) {
		uint32_t i = peers_first(&c->peers, state);

		if (i == PEER_NONE || c->now_ns - c->peers.all[i].since_ns <
					      c->config->idle_ns)
			return;
		if (!connected_park(c, i))
			return;
	}
}

static int connected_look(void *self, struct socket_memory *out)
{
	struct connected *c = self;

	c->now_ns = clock_ns();
	c->pausing = false;
	expire(c, PEER_OPEN);
	expire(c, PEER_APART);
	look_at_peers(c);
	if (socket_memory(c->listener, out))
		return -errno;
	out->drops += c->drops;
	out->queued_bytes += c->queued;
	return 0;
}

static void connected_fini(void *self)
{
	struct connected *c = self;

	for (int state = PEER_HELD; c->peers.all && state < PEER_STATES;
		state++)
		while (peers_first(&c->peers, state) != PEER_NONE)
			connected_close(c, peers_first(&c->peers, state));
	/* Zeroed state has no configuration, and no descriptors. */
	if (c->config && c->epoll >= 0)
		close(c->epoll);
	if (c->config && c->scout >= 0)
		close(c->scout);
	peers_fini(&c->peers);
	intake_fini(&c->intake);
	outlet_fini(&c->outlet);
	free(c->from);
	*c = (struct connected){0};
}

const struct backend_ops backend_connected = {
	.name = "connected",
	.brief = "a connected socket for each peer: epoll, recvmmsg, sendmmsg",
	.size = sizeof(struct connected),
	.gro = true,
	.connects = true,
	.recv_call = "recvmmsg or recvmsg",
	.send_call = "sendmmsg or sendto",
	.probe = connected_probe,
	.init = connected_init,
	.recv = connected_recv,
	.send = connected_send,
	.look = connected_look,
	.fini = connected_fini,
};
