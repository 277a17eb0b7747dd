/* SPDX-License-Identifier: MIT */
#include "load/stress/stress.h"

#include "core/clock.h"
#include "load/stress/answer.h"
#include "load/stress/rows.h"
#include "load/stress/stresses.h"
#include "load/stress/talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct stress *const stress_table[STRESS_COUNT] = {
	&stress_sizes,
	&stress_bursts,
	&stress_churn,
	&stress_unreachable,
	&stress_checksum,
	&stress_length,
	&stress_fragments,
	&stress_extensions,
};

static bool is_chosen(const struct stress_lab *lab, size_t i)
{
	return lab->config->chosen >> i & 1;
}

/* Each stress gets its share of the time left, so that unused time goes to
 * those that follow. */
static uint64_t deadline(struct stress_lab *lab, size_t i, uint64_t end)
{
	uint64_t now = clock_ns(), left = end > now ? end - now : 0, sum = 0;

	for (size_t k = i; k < STRESS_COUNT; k++)
		if (is_chosen(lab, k) &&
			!lab_lacks(lab, stress_table[k]->needs))
			sum += stress_table[k]->weight;
	return sum ? now + left / sum * stress_table[i]->weight : now;
}

/* A peer that neither answers nor is seen may have gone: ICMP tells. */
static bool is_refused(struct stress_lab *lab)
{
	bool refused = false;
	struct talk t;

	if (lab_replies(lab) || lab->now.server_error == 0 || lab->error)
		return false;
	lab->row = &lab->spare;
	if (talk_open(&t, lab, 0, 0, 0) == 0)
		refused = talk_is_refused(&t);
	talk_close(&t);
	return refused;
}

static void run_all(struct stress_lab *lab)
{
	uint64_t end = clock_ns() + lab->config->time_ns;
	struct stress_result *r = lab->result;

	for (size_t i = 0; i < STRESS_COUNT; i++) {
		const struct stress *s = stress_table[i];
		const char *why = lab_lacks(lab, s->needs);

		if (!is_chosen(lab, i) || r->interrupted || r->server_gone ||
			lab->error)
			continue;
		lab->stress = s;
		lab->deadline_ns = deadline(lab, i, end);
		if (why)
			lab_skip(lab, "", "%s", why);
		else
			s->run(lab);
		r->server_gone |= is_refused(lab);
	}
}

/* Checks first that the peer is there. */
static int greet(struct stress_lab *lab, char *why, size_t why_bytes)
{
	char peer[ADDRESS_TEXT];
	uint64_t start = clock_ns();
	struct talk t;
	int error;

	lab->stress = stress_table[0];
	lab->row = &lab->spare;
	lab->spare = (struct stress_row){.name = ""};
	address_format(&lab->config->socket.remote, peer);
	error = talk_open(&t, lab, 0, 0, 0);
	if (error) {
		snprintf(why, why_bytes, "%s", lab->row->why);
	} else if (!lab_replies(lab) && !lab_look(lab, LOOK_MUST)) {
		/* Neither answers nor counters can tell. */
	} else if (!talk_control(&t)) {
		error = lab->row->reported ? -ECONNREFUSED : -ETIMEDOUT;
		if (error == -ECONNREFUSED)
			snprintf(why, why_bytes,
				"nobody listens at %s (ICMP port unreachable)",
				peer);
		else
			snprintf(why, why_bytes,
				"no reply from %s to a datagram of %u bytes; "
				"for a peer that does not answer, use --expect "
				"none",
				peer, TALK_CONTROL_BYTES);
	} else if (lab_replies(lab)) {
		lab->rtt_ns = clock_ns() - start;
	}
	talk_close(&t);
	return error;
}

int stress_run(const struct stress_config *config, struct stress_result *result,
	char *why, size_t why_bytes)
{
	struct stress_lab *lab = calloc(1, sizeof(*lab));
	uint64_t start = clock_ns();
	int error;

	memset(result, 0, sizeof(*result));
	result->digest = 0xcbf29ce484222325u;
	if (!lab) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	error = lab_open(lab, config, result, why, why_bytes);
	if (!error)
		error = greet(lab, why, why_bytes);
	if (!error)
		run_all(lab);
	if (lab->error) {
		error = lab->error;
		snprintf(why, why_bytes, "recv: %s%s", strerror(-error),
			failure_advice(-error));
	}
	result->seconds = (double)(clock_ns() - start) / 1e9;
	lab_close(lab);
	free(lab);
	return error;
}
