/* SPDX-License-Identifier: MIT */
#include "load/stress/talk.h"

#include "core/clock.h"
#include "core/probe.h"
#include "core/train.h"
#include "load/stress/answer.h"
#include "load/stress/settle.h"
#include "net/icmp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_TRIES   20
#define REFUSED_TRIES   3
#define CONTROL_WAIT_NS 100000000u
/* The longest wait, in case the peer keeps sending something else. */
#define CONTROL_LONGEST_NS 500000000u
#define DRAIN_LONGEST_NS   2000000000u
/* The most taken at once, in case they never end. */
#define HEAR_MAX         65536
#define CONTROL_STILL_NS 20000000u

int talk_open(struct talk *t, struct stress_lab *lab, uint32_t flow,
	uint16_t port, uint64_t rcvbuf)
{
	struct socket_config c = lab->config->socket;
	struct socket_obtained got;
	char why[128];

	*t = (struct talk){.lab = lab, .flow = flow};
	c.remote = lab->remote;
	address_unmap(&c.bind);
	if (port)
		address_set_port(&c.remote, port);
	if (rcvbuf)
		c.rcvbuf = rcvbuf;
	c.errors = c.nonblock = true;
	t->fd = socket_open(&c, &got, why, sizeof(why));
	if (t->fd < 0) {
		lab_judge(lab, STRESS_OTHERWISE, "%s", why);
		return t->fd;
	}
	t->local = got.bound;
	lab->result->obtained = got;
	return 0;
}

void talk_close(struct talk *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

/* No time stamp in it: the same seed makes the same bytes. */
void talk_fill(struct stress_lab *lab, uint32_t flow, uint64_t sequence,
	uint8_t *out, uint32_t bytes)
{
	const struct probe p = {
		.magic = PROBE_REQUEST,
		.run = lab->config->run,
		.flow = flow,
		.sequence = sequence,
	};

	if (flow != TALK_CONTROL_FLOW && sequence >= lab->numbered)
		lab->numbered = sequence + 1;
	memcpy(out, content_at(&lab->content, flow, sequence), bytes);
	if (bytes >= PROBE_BYTES)
		probe_write(out, bytes, &p);
}

void talk_expect(struct stress_lab *lab, uint32_t bytes)
{
	lab->asked[bytes]++;
}

static void note_report(struct stress_row *row, int error)
{
	row->reported++;
	if (error != EMSGSIZE)
		return;
	row->too_big++;
	row->too_big_most = row->datagrams;
}

void talk_reports(struct talk *t)
{
	int error;

	while ((error = icmp_next_error(t->fd)))
		note_report(t->lab->row, error);
}

static int send_out(struct talk *t, uint32_t bytes)
{
	const struct stress_row *row = t->lab->row;

	for (int i = 0; i < 100; i++) {
		uint64_t too_big = row->too_big;

		if (send(t->fd, t->lab->out, bytes, 0) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS) {
			struct pollfd room = {t->fd, POLLOUT, 0};

			(void)poll(&room, 1, 10);
		} else if (errno == ECONNREFUSED || errno == EHOSTUNREACH ||
			   errno == ENETUNREACH || errno == EPROTO ||
			   errno == EACCES || errno == ENOPROTOOPT) {
			/* The error of an earlier datagram. */
			talk_reports(t);
		} else if (errno == EMSGSIZE) {
			talk_reports(t);
			/* No router reported it: this datagram itself is too
			 * long. */
			if (row->too_big == too_big)
				return -EMSGSIZE;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return -errno;
}

int talk_ask(struct talk *t, uint64_t sequence, uint32_t bytes)
{
	struct stress_lab *lab = t->lab;
	uint32_t n = bytes < PROBE_BYTES ? bytes : PROBE_BYTES;
	int error;

	talk_fill(lab, t->flow, sequence, lab->out, bytes);
	/* The payload follows from the header and the seed. */
	lab_digest(lab, &bytes, sizeof(bytes));
	lab_digest(lab, lab->out, n);
	error = send_out(t, bytes);
	if (error)
		return error;
	talk_expect(lab, bytes);
	t->asked++;
	lab->row->packets++;
	lab->row->datagrams++;
	return 0;
}

static void take(struct talk *t, uint32_t bytes)
{
	struct stress_lab *lab = t->lab;
	struct stress_row *row = lab->row;
	enum answer a = answer_judge(t->lab, t->flow, lab->in, bytes);

	row->answered += a == ANSWER_RIGHT;
	row->wrong += a == ANSWER_WRONG;
	row->duplicate += a == ANSWER_AGAIN;
	row->foreign += a == ANSWER_FOREIGN;
	t->heard += a == ANSWER_RIGHT;
	if (a == ANSWER_RIGHT)
		t->answered_bytes += bytes;
	if (a != ANSWER_CONTROL)
		return;
	lab->control_ok = true;
	if (lab->controls_out)
		lab->controls_out--;
}

/* Sets lab->error once receiving has failed for good. */
static void receive_failed(struct talk *t, int error)
{
	const struct timespec pause = {.tv_nsec = FAILURES_PAUSE_NS};

	talk_reports(t);
	switch (failures_judge(&t->lab->receives, error)) {
	case FAILURES_PASS:
		break;
	case FAILURES_PAUSE:
		(void)nanosleep(&pause, NULL);
		break;
	case FAILURES_END:
		t->lab->error = -error;
	}
}

uint32_t talk_hear(struct talk *t, uint64_t wait_ns)
{
	struct pollfd some = {t->fd, POLLIN, 0};
	uint64_t longest_ns = wait_ns ? wait_ns + t->lab->rtt_ns : 0;
	int wait_ms = (int)((longest_ns + 999999) / 1000000);
	uint32_t count = 0;

	while (!t->lab->error) {
		ssize_t n = recv(t->fd, t->lab->in, LAB_LONGEST, MSG_DONTWAIT);
		int error = errno;

		if (n >= 0 || error == EAGAIN)
			failures_none(&t->lab->receives);
		if (n >= 0) {
			take(t, (uint32_t)n);
			if (++count >= HEAR_MAX)
				return count;
			continue;
		}
		if (error == EAGAIN && (count || !wait_ns))
			return count;
		if (error == EAGAIN && poll(&some, 1, wait_ms) <= 0)
			return count;
		if (error != EAGAIN && error != EINTR)
			receive_failed(t, error);
		if (some.revents & POLLERR)
			talk_reports(t);
	}
	return count;
}

void talk_await(struct talk *t, uint64_t answered, uint64_t wait_ns)
{
	while (t->lab->row->answered < answered && !lab_over(t->lab))
		if (!talk_hear(t, wait_ns))
			return;
}

void talk_drain(struct talk *t, uint64_t wait_ns)
{
	uint64_t end_ns = clock_ns() + DRAIN_LONGEST_NS + t->lab->rtt_ns;

	while (t->heard < t->asked && clock_ns() < end_ns &&
		talk_hear(t, wait_ns))
		;
}

static void ask_control(struct talk *t)
{
	struct stress_lab *lab = t->lab;

	lab->control++;
	lab->controls_out++;
	lab->control_ok = false;
	talk_fill(lab, TALK_CONTROL_FLOW, lab->control, lab->out,
		TALK_CONTROL_BYTES);
	(void)send_out(t, TALK_CONTROL_BYTES);
}

static uint64_t delivered(struct stress_lab *lab)
{
	return lab_look(lab, LOOK_MUST) ? lab->now.server.counters.delivered
					: 0;
}

/* A server that does not answer: its counters must change, and then come to
 * rest. */
static bool control_unheard(struct talk *t)
{
	struct stress_lab *lab = t->lab;
	uint64_t before = delivered(lab), last = before;
	uint64_t start = clock_ns(), changed = start, now = start;
	const struct timespec tick = {.tv_nsec = 1000000};

	ask_control(t);
	while (now < start + CONTROL_TRIES * CONTROL_WAIT_NS &&
		(last == before || now < changed + CONTROL_STILL_NS)) {
		uint64_t n;

		(void)nanosleep(&tick, NULL);
		n = delivered(lab);
		now = clock_ns();
		if (n != last)
			changed = now;
		last = n;
	}
	return last != before;
}

bool talk_is_refused(struct talk *t)
{
	const struct stress_row *row = t->lab->row;

	for (int i = 0; i < REFUSED_TRIES; i++) {
		uint64_t before = row->reported;

		ask_control(t);
		(void)talk_hear(t, CONTROL_WAIT_NS);
		talk_reports(t);
		if (row->reported == before)
			return false;
	}
	return true;
}

bool talk_control(struct talk *t)
{
	struct stress_lab *lab = t->lab;
	uint64_t before = lab->row->reported, end_ns;
	bool ok = false;

	/* If answers take long, that to an earlier try counts too. */
	lab->control_oldest = lab->control + 1;

	if (!lab_replies(lab))
		return control_unheard(t);
	for (int i = 0; !ok && i < CONTROL_TRIES; i++) {
		/* The peer's host refuses them. */
		if (i >= REFUSED_TRIES && lab->row->reported > before)
			break;
		ask_control(t);
		end_ns = clock_ns() + CONTROL_LONGEST_NS + lab->rtt_ns;
		while (!lab->control_ok && clock_ns() < end_ns &&
			talk_hear(t, CONTROL_WAIT_NS))
			;
		ok = lab->control_ok;
	}
	return ok;
}

void talk_settle(struct talk *t, struct lab_client *client)
{
	lab_rest(t->lab);
	(void)talk_hear(t, 0);
	client->answered_bytes += t->answered_bytes;
	client->socket_drops += talk_drops(t);
	lab_settle(t->lab, client);
}

uint64_t talk_drops(const struct talk *t)
{
	struct socket_memory m;

	return socket_memory(t->fd, &m) ? 0 : m.drops;
}
