/* SPDX-License-Identifier: MIT */
#include "load/stress/forge.h"

#include "core/clock.h"
#include "load/stress/rows.h"
#include "load/stress/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* How long to wait for answers after the control, which is sent behind all
 * others, has been answered: only overtaken answers can still come. */
#define SILENCE_NS 5000000u
#define ANSWER_NS  20000000u
#define TTL        64

int forge_send(struct stress_lab *lab, const union address *to,
	const uint8_t *data, uint32_t bytes)
{
	union address where = *to;

	/* A raw socket would take the port as a protocol. */
	address_set_port(&where, 0);
	for (int i = 0; i < 100; i++) {
		if (sendto(lab->raw, data, bytes, 0, &where.sa,
			    address_length(&where)) >= 0)
			return 0;
		if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN)
			break;
	}
	return -errno;
}

/* Sends the packet at f->packet, or adds it to the digest. */
static void emit(struct forge *f, uint32_t bytes)
{
	int error;

	if (f->plan) {
		lab_digest(f->lab, &bytes, sizeof(bytes));
		lab_digest(f->lab, f->packet, bytes);
		return;
	}
	error = forge_send(f->lab, &f->path.to, f->packet, bytes);
	if (error && !f->error)
		f->error = error;
	f->lab->row->packets += !error;
}

void forge_payload(struct forge *f, uint32_t bytes, uint32_t right)
{
	uint32_t flow = lab_flow(f->lab);

	talk_fill(f->lab, flow, f->sequence, f->payload, bytes);
	/* The probe's check covers its length: write it for what is to
	 * arrive. */
	if (right != bytes)
		talk_fill(f->lab, flow, f->sequence, f->payload, right);
	if (!f->plan)
		talk_expect(f->lab, right);
}

void forge_packet(struct forge *f, const struct packet_ip *ip,
	const uint8_t *data, uint32_t bytes)
{
	struct packet_ip whole = *ip;
	uint32_t n;

	if (!whole.ttl)
		whole.ttl = TTL;
	/* The kernel would replace an id of 0. */
	if (!whole.id)
		whole.id = (uint16_t)(f->sequence + 1);
	n = packet_ip(f->packet, &f->path, &whole, bytes);
	memcpy(f->packet + n, data, bytes);
	emit(f, n + bytes);
}

uint32_t forge_udp(struct forge *f, uint32_t bytes)
{
	forge_payload(f, bytes, bytes);
	return packet_udp(f->datagram, &f->path, f->payload, bytes,
		(uint16_t)(PACKET_UDP + bytes), SUM_RIGHT);
}

void forge_piece_of(struct forge *f, uint8_t protocol, uint32_t offset,
	uint32_t bytes, bool more)
{
	struct packet_ip ip = {.protocol = protocol, .ttl = TTL};
	uint32_t id = (uint32_t)(lab_flow(f->lab) * 8191 + f->sequence) + 1, n;

	/* Must not match fragments that another run has left. */
	if (!f->plan)
		id += f->lab->first_id;

	if (f->lab->v6) {
		ip.protocol = IPPROTO_FRAGMENT;
		n = packet_ip(
			f->packet, &f->path, &ip, PACKET_FRAGMENT + bytes);
		n += packet_fragment(f->packet + n, protocol, id, offset, more);
	} else {
		/* Of 0, the kernel would give each fragment another one. */
		ip.id = (uint16_t)(id % UINT16_MAX + 1);
		ip.offset = offset;
		ip.more = more;
		n = packet_ip(f->packet, &f->path, &ip, bytes);
	}
	memcpy(f->packet + n, f->datagram + offset, bytes);
	emit(f, n + bytes);
}

void forge_piece(struct forge *f, uint32_t offset, uint32_t bytes, bool more)
{
	forge_piece_of(f, IPPROTO_UDP, offset, bytes, more);
}

static void build(struct forge *f, const struct packet_path *path)
{
	f->plan = true;
	f->path = (struct packet_path){{.sa.sa_family = path->to.sa.sa_family},
		{.sa.sa_family = path->to.sa.sa_family}};
	f->now->build(f);
	f->plan = false;
	f->path = *path;
	f->now->build(f);
	f->lab->row->datagrams++;
}

static uint64_t server_took(const struct stress_lab *lab, uint64_t controls)
{
	uint64_t n = lab->now.server.counters.delivered -
		     lab->start.server.counters.delivered;

	return n > controls ? n - controls : 0;
}

/* Were at least n dropped for lack of buffer space, at either end? */
static bool had_no_room(struct stress_lab *lab, uint64_t n)
{
	struct figures now;
	uint64_t dropped = 0;

	figures_read(&lab->near, &now);
	now = figures_between(&lab->start.near, &now);
	dropped += now.v[FIGURE_RCVBUF_ERRORS] + now.v[FIGURE_MEM_ERRORS];
	figures_read(&lab->far, &now);
	now = figures_between(&lab->start.far, &now);
	dropped += now.v[FIGURE_RCVBUF_ERRORS] + now.v[FIGURE_MEM_ERRORS];
	return dropped >= n;
}

/* What arrived shows in the answers; if the peer does not answer, in its
 * counters. */
static void judge(struct stress_lab *lab, const struct forge_case *c)
{
	struct stress_row *row = lab->row;
	uint64_t n = row->answered;
	enum stress_verdict bad = c->must ? STRESS_FAILED : STRESS_OTHERWISE;

	if (!lab->start.server_error && lab_look(lab, LOOK_MUST)) {
		row->delivered_known = true;
		row->delivered = server_took(lab, 1);
	}
	if (!lab_replies(lab))
		n = row->delivered;
	/* Already judged otherwise: not everything was sent. */
	if (row->verdict != STRESS_AS_EXPECTED)
		return;
	if (c->fate == FORGE_DROPPED && n)
		lab_judge(
			lab, bad, "%llu were delivered", (unsigned long long)n);
	if (c->fate == FORGE_DELIVERED && n < row->datagrams)
		lab_judge(lab,
			had_no_room(lab, row->datagrams - n) ? STRESS_OTHERWISE
							     : bad,
			"%llu were not delivered",
			(unsigned long long)(row->datagrams - n));
}

/* Waits for each datagram if its arrival can be seen, so that even the smallest
 * buffer suffices. */
static void await_fate(struct forge *f, struct talk *t, uint64_t *lost)
{
	struct stress_lab *lab = f->lab;
	uint64_t start = clock_ns(), took = server_took(lab, 0), last = took;

	if (f->now->fate == FORGE_DROPPED) {
		(void)talk_hear(t, 0);
	} else if (lab_replies(lab)) {
		talk_await(t, lab->row->datagrams - *lost, ANSWER_NS);
		*lost = lab->row->datagrams - lab->row->answered;
	} else {
		while (last == took && clock_ns() < start + ANSWER_NS &&
			lab_look(lab, LOOK_MUST))
			last = server_took(lab, 0);
	}
}

static void send_all(struct forge *f, struct talk *t)
{
	const struct forge_case *c = f->now;
	const struct packet_path path = {t->local, f->lab->remote};
	uint32_t count = c->count ? c->count : FORGE_COUNT;
	uint64_t lost = 0;

	for (uint32_t i = 0; i < count && !f->error; i++) {
		f->sequence = i;
		if (lab_over(f->lab))
			return;
		build(f, &path);
		await_fate(f, t, &lost);
	}
	if (f->error)
		lab_judge(f->lab, STRESS_OTHERWISE,
			"this kernel refuses to send it: %s",
			strerror(-f->error));
}

#define LET_GO_BYTES 1024

/* Makes the kernel drop incomplete packets by overlapping fragments. */
static void let_go(struct forge *f)
{
	for (uint64_t i = 0; i < f->lab->row->datagrams; i++) {
		f->sequence = i;
		forge_piece(f, f->now->held_at, LET_GO_BYTES, true);
	}
}

static void run_case(struct forge *f, const struct forge_case *c)
{
	struct stress_lab *lab = f->lab;
	struct talk t;

	f->now = c;
	f->error = 0;
	lab_begin(lab, c->name, c->rule);
	if (talk_open(&t, lab, lab_flow(lab), 0, 0) == 0) {
		send_all(f, &t);
		if (!talk_control(&t)) {
			lab_judge(lab, STRESS_FAILED,
				"the server no longer answers");
			lab->result->server_gone = true;
		}
		(void)talk_hear(&t, SILENCE_NS);
		if (c->held_at)
			let_go(f);
		judge(lab, c);
	}
	talk_close(&t);
	lab_end(lab);
}

void forge_run(
	struct stress_lab *lab, const struct forge_case *cases, size_t count)
{
	struct forge f = {.lab = lab,
		.packet = malloc(PACKET_ROOM),
		.datagram = malloc(PACKET_ROOM),
		.payload = malloc(PACKET_ROOM)};
	enum forge_family family = lab->v6 ? FORGE_V6 : FORGE_V4;

	for (size_t i = 0; i < count && f.packet && f.datagram && f.payload;
		i++)
		if (cases[i].families & family && !lab->result->server_gone &&
			!lab->result->interrupted)
			run_case(&f, &cases[i]);
	free(f.packet);
	free(f.datagram);
	free(f.payload);
}
