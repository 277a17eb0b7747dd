/* SPDX-License-Identifier: MIT */
/* Opens and closes sockets, many of them before their replies have come, while
 * another socket stays open. */
#include "load/stress/rows.h"
#include "load/stress/settle.h"
#include "load/stress/stresses.h"
#include "load/stress/talk.h"

#define BYTES      64
#define SOCKETS    2000
#define MOST       4 /* the most datagrams of a socket */
#define SILENCE_NS 20000000u
#define LAST_NS    100000000u

struct churn {
	struct stress_lab *lab;
	struct talk steady; /* stays open */
	struct lab_client client;
	uint64_t sequence;
};

static bool ask(struct churn *c, struct talk *t)
{
	if (talk_ask(t, c->sequence++, BYTES)) {
		lab_judge(
			c->lab, STRESS_FAILED, "a datagram could not be sent");
		return false;
	}
	c->client.sent_bytes += BYTES;
	return true;
}

/* Half of the sockets are closed at once: their replies find a closed port, or
 * are still in the socket when it is closed. */
static bool one(struct churn *c, uint32_t i)
{
	uint64_t draw = lab_draw(c->lab, i);
	uint32_t n = 1 + draw % MOST;
	bool waits = draw >> 32 & 1, ok;
	struct talk t;

	ok = talk_open(&t, c->lab, c->steady.flow, 0, 0) == 0;
	for (uint32_t k = 0; ok && k < n; k++)
		ok = ask(c, &t);
	while (ok && waits && lab_replies(c->lab) && t.heard < t.asked)
		if (!talk_hear(&t, SILENCE_NS))
			break;
	if (ok) {
		/* heard may exceed asked if the port was another socket's
		 * before. */
		if (t.heard < t.asked)
			c->lab->row->closed_most += t.asked - t.heard;
		c->client.socket_drops += talk_drops(&t);
		c->client.answered_bytes += t.answered_bytes;
	}
	talk_close(&t);
	return ok;
}

static void churn(struct churn *c)
{
	for (uint32_t i = 0; i < SOCKETS && !lab_over(c->lab); i++) {
		if (!ask(c, &c->steady) || !one(c, i))
			return;
		(void)talk_hear(&c->steady, 0);
	}
	if (lab_replies(c->lab))
		talk_drain(&c->steady, LAST_NS);
	/* This socket was never closed, so nothing excuses a loss. */
	if (lab_replies(c->lab) && c->steady.heard < c->steady.asked)
		lab_judge(c->lab, STRESS_OTHERWISE,
			"%llu replies to the open socket are missing",
			(unsigned long long)(c->steady.asked -
					     c->steady.heard));
}

static void run(struct stress_lab *lab)
{
	struct churn c = {.lab = lab, .client.bytes = BYTES};

	lab_begin(lab, "sockets opened and closed",
		"the open socket gets its replies, others are counted");
	if (talk_open(&c.steady, lab, lab_flow(lab), 0, 0) == 0) {
		churn(&c);
		talk_settle(&c.steady, &c.client);
	}
	talk_close(&c.steady);
	lab_end(lab);
}

const struct stress stress_churn = {
	.name = "churn",
	.brief = "sockets opened and closed while replies come",
	.weight = 8,
	.run = run,
};
