/* SPDX-License-Identifier: MIT */
/* More at once than a receive buffer holds: the peer's, then one of ours. */
#include "load/stress/rows.h"
#include "load/stress/settle.h"
#include "load/stress/stresses.h"
#include "load/stress/talk.h"

#include "core/probe.h"

#define BYTES 64
/* What the kernel charges a buffer for a datagram of BYTES. */
#define CHARGED     832
#define BURSTS      8
#define BURST_LEAST 2000
#define BURST_MOST  16000u
#define SILENCE_NS  20000000u
/* Asks for the smallest buffer that the kernel grants; bursts exceed it. */
#define LEAST_RCVBUF 1
#define SMALL_BURST  64
#define SMALL_BURSTS 100

struct plan {
	/* Of our own socket; 0: as in the run's configuration. */
	uint64_t rcvbuf;
	uint32_t bursts, burst;
};

static void send_bursts(
	struct talk *t, const struct plan *plan, struct lab_client *client)
{
	uint64_t sequence = 0;

	for (uint32_t i = 0; i < plan->bursts && !lab_over(t->lab); i++) {
		for (uint32_t k = 0; k < plan->burst; k++) {
			if (talk_ask(t, sequence++, BYTES)) {
				lab_judge(t->lab, STRESS_FAILED,
					"a datagram could not be sent");
				return;
			}
			client->sent_bytes += BYTES;
		}
		while (talk_hear(t, SILENCE_NS))
			;
	}
}

static void run_plan(struct stress_lab *lab, const char *name, const char *rule,
	const struct plan *plan)
{
	struct lab_client client = {.bytes = BYTES};
	struct talk t;

	lab_begin(lab, name, rule);
	if (talk_open(&t, lab, lab_flow(lab), 0, plan->rcvbuf) == 0) {
		send_bursts(&t, plan, &client);
		talk_settle(&t, &client);
	}
	talk_close(&t);
	lab_end(lab);
}

static void run(struct stress_lab *lab)
{
	uint64_t burst = 2 * lab->config->peer_rcvbuf / CHARGED + BURST_LEAST;
	const struct plan peers = {
		.bursts = BURSTS,
		.burst = burst < BURST_MOST ? (uint32_t)burst : BURST_MOST,
	};
	const struct plan ours = {
		.rcvbuf = LEAST_RCVBUF,
		.bursts = SMALL_BURSTS,
		.burst = SMALL_BURST,
	};

	run_plan(lab, "twice the peer's buffer",
		"the socket counts what it drops", &peers);
	if (!lab_replies(lab))
		lab_skip(lab, "into the smallest buffer",
			"the peer does not answer");
	else if (!lab->result->interrupted && !lab->result->server_gone)
		run_plan(lab, "into the smallest buffer",
			"the socket counts what it drops", &ours);
}

const struct stress stress_bursts = {
	.name = "bursts",
	.brief = "more at once than a receive buffer holds",
	.weight = 4,
	.run = run,
};
