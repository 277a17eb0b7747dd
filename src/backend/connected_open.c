/* SPDX-License-Identifier: MIT */
/* Opens and closes the sockets of peers. */
#include "backend/connected_state.h"

#include "net/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many sockets are opened after a batch, at some 20 us each, so that new
 * peers, or a flood of forged ones, hold up the others by little. */
#define ACCEPTS_MOST 8
/* The memory of a queued datagram, at least (Linux 6.1 to 6.18: 768). */
#define SKB_LEAST 512
/* If all sockets are in use, one that was not used for so long makes room. */
#define REST_NS 1000000000u

/*
 * Connects the scout, to which no datagram comes. 0 or -errno: a forged source
 * may have no route, or be none that may be connected to. A socket of the port
 * would learn that too, but a datagram of another peer may come to it
 * meanwhile, and be lost when it is closed.
 */
static int send_scout(struct connected *c, const union address *peer)
{
	const union address nobody = {.sa.sa_family = AF_UNSPEC};

	if (connect(c->scout, &nobody.sa, sizeof(nobody.sa)) ||
		connect(c->scout, &peer->sa, address_length(peer)))
		return -errno;
	return 0;
}

/*
 * By which of this host's addresses does the kernel reach the scout's peer? For
 * a listener at every address, since a socket whose replies would come from
 * another than the one that was asked must not be connected.
 */
static bool is_reached_from(
	const struct connected *c, const struct local_address *local)
{
	union address got;
	socklen_t n = sizeof(got);

	if (getsockname(c->scout, &got.sa, &n))
		return false;
	if (local->family == AF_INET)
		return got.in.sin_addr.s_addr == local->v4.s_addr;
	return local->family == AF_INET6 &&
	       memcmp(&got.in6.sin6_addr, &local->v6, 16) == 0;
}

/* Is something missing that the next peer would need too? */
static bool is_shortage(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM ||
	       error == -ENOBUFS;
}

static void fail(struct connected *c, uint32_t index, int error)
{
	counter_add(c->counters, COUNTER_CONNECTED_FAILED, 1);
	if (is_shortage(error))
		c->pausing = true;
	peers_move(&c->peers, index, PEER_FREE);
}

static void open_one(struct connected *c, const struct train *t, uint32_t index)
{
	struct peer *p = &c->peers.all[index];
	struct socket_config sc = c->config->socket;
	struct socket_memory m;
	char why[128];
	int error = send_scout(c, t->peer);

	p->since_ns = c->now_ns;
	if (c->local && (error || !is_reached_from(c, &t->local))) {
		peers_move(&c->peers, index, PEER_APART);
		return;
	}
	if (error) {
		fail(c, index, error);
		return;
	}
	sc.remote = *t->peer;
	p->fd = socket_open(&sc, NULL, why, sizeof(why));
	if (p->fd < 0) {
		fail(c, index, p->fd);
		return;
	}
	counter_add(c->counters, COUNTER_CONNECTED_OPENED, 1);
	p->release_at = c->listener_taken;
	if (socket_memory(c->listener, &m) == 0)
		p->release_at += m.queued_bytes / SKB_LEAST + 1;
}

/* All are in use: closes the one that has rested longest. */
static void make_room(struct connected *c)
{
	static const enum peer_state states[] = {PEER_APART, PEER_OPEN};
	uint64_t rest = REST_NS;

	if (c->config->idle_ns < rest)
		rest = c->config->idle_ns;
	for (int i = 0; i < 2; i++) {
		uint32_t first = peers_first(&c->peers, states[i]);

		if (first != PEER_NONE &&
			c->now_ns - c->peers.all[first].since_ns >= rest &&
			connected_park(c, first))
			return;
	}
}

static bool may_have_one(const struct connected *c, const struct train *t)
{
	uint32_t i = intake_index(&c->intake, t->peer);

	return i < c->intake.capacity && c->from[i] == CONNECTED_LISTENER &&
	       !t->truncated && t->verdict != VERDICT_REFUSE &&
	       !t->local.group && peers_find(&c->peers, t->peer) == PEER_NONE;
}

void connected_accept(struct connected *c, const struct batch *b)
{
	uint32_t left = ACCEPTS_MOST;

	for (uint32_t i = 0; i < b->count && left > 0 && !c->pausing; i++) {
		const struct train *t = &b->trains[i];
		uint32_t index;

		if (!may_have_one(c, t))
			continue;
		index = peers_add(&c->peers, t->peer);
		if (index == PEER_NONE) {
			counter_add(c->counters, COUNTER_CONNECTED_FULL, 1);
			make_room(c);
			return;
		}
		open_one(c, t, index);
		left--;
	}
}

static void release(struct connected *c, uint32_t index)
{
	struct peer *p = &c->peers.all[index];
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};

	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, p->fd, &event) == 0) {
		peers_move(&c->peers, index, PEER_OPEN);
		return;
	}
	/* Nobody would read it: see fs.epoll.max_user_watches. If it cannot be
	 * parked, it is held until it can be read. */
	counter_add(c->counters, COUNTER_CONNECTED_FAILED, 1);
	c->pausing = true;
	(void)connected_park(c, index);
}

void connected_release(struct connected *c, bool all)
{
	uint32_t left = c->peers.list[PEER_HELD].count;

	while (left-- > 0) {
		uint32_t first = peers_first(&c->peers, PEER_HELD);

		if (!all && c->peers.all[first].release_at > c->listener_taken)
			return;
		release(c, first);
		if (c->peers.all[first].state == PEER_HELD)
			return;
	}
}

void connected_account(struct connected *c, uint32_t index)
{
	struct peer *p = &c->peers.all[index];
	struct socket_memory m;

	if (p->fd < 0 || socket_memory(p->fd, &m))
		return;
	c->drops += m.drops - p->drops;
	c->queued += m.queued_bytes - p->queued;
	p->drops = m.drops;
	p->queued = m.queued_bytes;
}

/*
 * Connected to itself, a socket gets nothing from anybody, and keeps what it
 * has. Without a peer it would be in the group again, and before the listener.
 */
bool connected_park(struct connected *c, uint32_t index)
{
	struct peer *p = &c->peers.all[index];
	union address own;
	socklen_t n = sizeof(own);

	if (p->fd < 0) {
		peers_move(&c->peers, index, PEER_FREE);
		return true;
	}
	if (c->unread_count == CONNECTED_UNREAD ||
		getsockname(p->fd, &own.sa, &n) || connect(p->fd, &own.sa, n))
		return false;
	p->since_ns = c->now_ns;
	peers_move(&c->peers, index, PEER_PARKED);
	c->unread[c->unread_count++] = index;
	return true;
}

void connected_close(struct connected *c, uint32_t index)
{
	struct peer *p = &c->peers.all[index];

	if (p->fd >= 0) {
		connected_account(c, index);
		c->queued -= p->queued;
		close(p->fd);
		p->fd = -1;
		counter_add(c->counters, COUNTER_CONNECTED_CLOSED, 1);
	}
	peers_move(&c->peers, index, PEER_FREE);
}
