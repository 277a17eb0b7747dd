/* SPDX-License-Identifier: MIT */
/* Every size that a datagram can have, some of them in fragments. */
#include "core/clock.h"
#include "core/probe.h"
#include "core/train.h"
#include "load/stress/forge.h"
#include "load/stress/rows.h"
#include "load/stress/settle.h"
#include "load/stress/stresses.h"
#include "load/stress/talk.h"

/* The most in flight, including the kernel's overhead. */
#define FLIGHT_BYTES 65536
#define SILENCE_NS   20000000u
#define LAST_NS      100000000u
/* For datagrams too short for a number, which not every service answers. */
#define SHORT_NS 5000000u
/* Size of a fragment that fits any link: a multiple of 8. */
#define PIECE 1224

/* First the sizes at which something changes; then all others in steps that
 * cover the range evenly, since time may run out. The step is a prime that does
 * not divide either number of sizes. */
static uint32_t size_at(uint32_t n, uint32_t sizes)
{
	static const uint32_t edges[] = {0, 1, 31, 32, 55, 56, 1231, 1232, 1233,
		1452, 1453, 1472, 1473, 2952, 2953, 65487, 65488, 65507};
	const uint32_t count = sizeof(edges) / sizeof(edges[0]);

	if (n < count)
		return edges[n];
	return (uint32_t)((n - count) * 40487ull % sizes);
}

/* All sizes; edges twice. */
static void sweep(struct talk *t, uint32_t sizes, struct lab_client *client)
{
	uint64_t flight = 0, lost = 0, most = t->lab->config->peer_rcvbuf / 4;
	struct stress_row *row = t->lab->row;

	if (most > FLIGHT_BYTES)
		most = FLIGHT_BYTES;
	for (uint32_t n = 0; n < sizes + 18 && !lab_over(t->lab); n++) {
		uint32_t bytes = size_at(n, sizes);
		bool alone = bytes < PROBE_BYTES;

		/* Too short for a number: sent one at a time, and told apart by
		 * size. */
		if (talk_ask(t, alone ? bytes : n, bytes)) {
			lab_judge(t->lab, STRESS_FAILED,
				"%u bytes could not be sent", bytes);
			return;
		}
		client->sent_bytes += bytes;
		flight += bytes + 1024;
		if (flight < most && !alone)
			continue;
		flight = 0;
		if (!lab_replies(t->lab))
			continue;
		talk_await(t, t->asked - lost, alone ? SHORT_NS : SILENCE_NS);
		lost = t->asked - row->answered;
	}
	if (lab_replies(t->lab))
		talk_drain(t, LAST_NS);
}

static void run_all(struct stress_lab *lab)
{
	struct lab_client client = {0};
	struct talk t;

	lab_begin(lab, "every size",
		"RFC 768: each comes back, or a counter explains it");
	if (talk_open(&t, lab, lab_flow(lab), 0, 0) == 0) {
		sweep(&t, lab->v6 ? DATAGRAM_MAX_V6 + 1 : DATAGRAM_MAX_V4 + 1,
			&client);
		talk_settle(&t, &client);
	}
	talk_close(&t);
	lab_end(lab);
}

/* Cuts a datagram longer than a piece. */
static void in_pieces(struct forge *f)
{
	uint32_t longest = f->lab->v6 ? DATAGRAM_MAX_V6 : DATAGRAM_MAX_V4;
	uint32_t bytes =
		PIECE + (uint32_t)(f->sequence * 40487 % (longest - PIECE + 1));
	uint32_t whole = forge_udp(f, bytes);

	for (uint32_t at = 0; at < whole; at += PIECE) {
		uint32_t left = whole - at;

		forge_piece(f, at, left < PIECE ? left : PIECE, left > PIECE);
	}
}

/* Fragments are made by hand, since some paths, such as loopback, make none. */
static const struct forge_case pieces = {
	.name = "2000 sizes, in fragments",
	.rule = "IP reassembles them: each comes back",
	.fate = FORGE_DELIVERED,
	.must = true,
	.families = FORGE_BOTH,
	.build = in_pieces,
	.count = 2000,
};

static void run(struct stress_lab *lab)
{
	uint64_t end = lab->deadline_ns, now = clock_ns();
	const char *lacking = lab_lacks(lab, stress_fragments.needs);

	/* Half of the time for each of the two rows. */
	if (!lacking && end > now)
		lab->deadline_ns = now + (end - now) / 2;
	run_all(lab);
	lab->deadline_ns = end;
	if (lab->result->interrupted || lab->result->server_gone)
		return;
	if (lacking)
		lab_skip(lab, pieces.name, "%s", lacking);
	else
		forge_run(lab, &pieces, 1);
}

const struct stress stress_sizes = {
	.name = "sizes",
	.brief = "datagrams of every size, whole and in fragments",
	.weight = 8,
	.run = run,
};
