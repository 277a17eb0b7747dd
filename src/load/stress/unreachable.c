/* SPDX-License-Identifier: MIT */
/* ICMP errors: genuine ones, when nobody listens, and forged ones against a
 * socket that works. */
#include "load/stress/forge.h"
#include "load/stress/rows.h"
#include "load/stress/settle.h"
#include "load/stress/stresses.h"
#include "load/stress/talk.h"

#include <string.h>

#define BYTES      64
#define DATAGRAMS  5000
#define ROUNDS     500
#define TRIALS     64
#define TRIAL_NS   50000000u
#define SILENCE_NS 100000000u
/* Below ephemeral ports, above those of services. */
#define PORT_FIRST 20000
#define PORTS      10000

/* Finds a port that the peer's host reports as closed. 0: none. */
static uint16_t find_closed(struct stress_lab *lab)
{
	struct stress_row *row = lab->row;
	uint16_t found = 0;

	for (uint32_t i = 0; i < TRIALS && !found && !lab_over(lab); i++) {
		uint16_t port =
			(uint16_t)(PORT_FIRST + lab_draw(lab, i) % PORTS);
		struct talk t;

		if (talk_open(&t, lab, 0, port, 0) == 0 &&
			talk_ask(&t, 0, BYTES) == 0)
			(void)talk_hear(&t, TRIAL_NS);
		if (row->reported)
			found = port;
		talk_close(&t);
	}
	return found;
}

/* Trials depend on the environment, and must not change the row or its
 * digest. */
static void forget_trials(struct stress_row *row)
{
	row->packets = row->datagrams = row->reported = row->answered = 0;
	row->wrong = row->foreign = 0;
	row->digest = 0xcbf29ce484222325u;
}

static void storm(struct stress_lab *lab, uint16_t port)
{
	struct stress_row *row = lab->row;
	struct talk t;

	if (talk_open(&t, lab, lab_flow(lab), port, 0) == 0)
		for (uint32_t i = 0; i < DATAGRAMS && !lab_over(lab); i++) {
			if (talk_ask(&t, i, BYTES))
				break;
			talk_reports(&t);
		}
	(void)talk_hear(&t, SILENCE_NS);
	talk_close(&t);
	if (row->answered || row->wrong)
		lab_judge(lab, STRESS_FAILED,
			"%llu answers came from a closed port",
			(unsigned long long)(row->answered + row->wrong));
	else if (!row->reported)
		lab_judge(lab, STRESS_OTHERWISE, "ICMP reported nothing");
}

static void closed_port(struct stress_lab *lab)
{
	uint16_t port;

	lab_begin(lab, "a closed port",
		"RFC 1122 4.1.3.1: reported by ICMP, to its sender");
	port = find_closed(lab);
	forget_trials(lab->row);
	if (port)
		storm(lab, port);
	else
		lab_judge(lab, STRESS_OTHERWISE,
			"no port there is reported as closed");
	lab_end(lab);
}

/* Forges an "unreachable" message about a datagram of ours, as from the peer's
 * host, for each reason except "too big", which would change the route's
 * MTU. */
static int accuse(struct stress_lab *lab, const struct talk *t, uint32_t round)
{
	static const uint8_t v4[] = {0, 1, 2, 3, 5, 9, 10, 13};
	static const uint8_t v6[] = {0, 1, 3, 4, 5, 6};
	const struct packet_path there = {t->local, lab->remote};
	const struct packet_path back = {lab->remote, t->local};
	const struct packet_ip ours = {.protocol = IPPROTO_UDP, .ttl = 64};
	struct packet_ip icmp = {.protocol = IPPROTO_ICMP, .ttl = 64, .id = 1};
	uint8_t packet[512], message[512], quoted[256], data[BYTES];
	uint8_t type = 3, code = v4[round % sizeof(v4)];
	uint32_t head = packet_ip(quoted, &there, &ours, PACKET_UDP + BYTES), n;

	talk_fill(lab, t->flow, round, data, BYTES);
	head += packet_udp(quoted + head, &there, data, BYTES,
		PACKET_UDP + BYTES, SUM_RIGHT);
	if (lab->v6) {
		icmp.protocol = IPPROTO_ICMPV6;
		type = 1;
		code = v6[round % sizeof(v6)];
	}
	lab_digest(lab, &code, 1);
	n = packet_icmp(message, &back, type, code, quoted, head);
	head = packet_ip(packet, &back, &icmp, n);
	memcpy(packet + head, message, n);
	lab->row->packets++;
	return forge_send(lab, &t->local, packet, head + n);
}

/* Sends forged errors before each datagram. */
static void forged(struct stress_lab *lab)
{
	struct lab_client client = {.bytes = BYTES};
	struct talk t;
	int error = 0;

	lab_begin(lab, "forged, at a working flow",
		"RFC 1122 4.1.3.3: reported to the socket, which goes on");
	if (talk_open(&t, lab, lab_flow(lab), 0, 0) == 0) {
		for (uint32_t i = 0; i < ROUNDS && !lab_over(lab); i++) {
			for (int k = 0; k < 4 && !error; k++)
				error = accuse(lab, &t, 4 * i + (uint32_t)k);
			if (error || talk_ask(&t, i, BYTES))
				break;
			client.sent_bytes += BYTES;
			talk_await(&t, t.asked, SILENCE_NS);
		}
		talk_drain(&t, SILENCE_NS);
		if (error)
			lab_judge(lab, STRESS_OTHERWISE,
				"this kernel refuses to send it: %s",
				strerror(-error));
		else if (!lab->row->reported)
			lab_judge(lab, STRESS_OTHERWISE,
				"the socket was told nothing");
		talk_settle(&t, &client);
	}
	talk_close(&t);
	lab_end(lab);
}

static void run(struct stress_lab *lab)
{
	const char *lacking;

	closed_port(lab);
	if (lab->result->interrupted || lab->result->server_gone)
		return;
	lacking = lab_lacks(lab, STRESS_OWN | STRESS_RAW);
	if (lacking)
		lab_skip(lab, "forged, at a working flow", "%s", lacking);
	else if (!lab_replies(lab))
		lab_skip(lab, "forged, at a working flow",
			"the peer does not answer");
	else
		forged(lab);
}

const struct stress stress_unreachable = {
	.name = "unreachable",
	.brief = "ICMP errors, genuine and forged",
	.needs = STRESS_OWN,
	.weight = 4,
	.run = run,
};
