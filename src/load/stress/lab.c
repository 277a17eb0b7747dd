/* SPDX-License-Identifier: MIT */
#include "load/stress/lab.h"

#include "core/clock.h"
#include "core/train.h"
#include "load/stress/packet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TELL_NS 100000000u

/* Wrong packets are only sent to this host and its labs; with a --device of the
 * user's choice they might leave it. */
static int open_raw(const struct stress_lab *lab)
{
	int fd;

	if (!lab->config->own || lab->config->socket.device)
		return -EACCES;
	fd = socket(lab->v6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
		IPPROTO_RAW);
	return fd < 0 ? -errno : fd;
}

int lab_open(struct stress_lab *lab, const struct stress_config *config,
	struct stress_result *result, char *why, size_t why_bytes)
{
	lab->config = config;
	lab->result = result;
	lab->remote = config->socket.remote;
	address_unmap(&lab->remote);
	lab->v6 = lab->remote.sa.sa_family == AF_INET6;
	lab->raw = open_raw(lab);
	lab->first_id = (uint16_t)(clock_ns() >> 10);
	lab->in = malloc(PACKET_ROOM);
	lab->out = malloc(PACKET_ROOM);
	if (!lab->in || !lab->out ||
		content_init(&lab->content, CONTENT_RANDOM, config->run,
			DATAGRAM_MAX_V6)) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	return figures_open_both(&lab->near, &lab->far, &lab->remote,
		config->server_netns, why, why_bytes);
}

void lab_close(struct stress_lab *lab)
{
	if (!lab->config)
		return;
	if (lab->raw >= 0)
		close(lab->raw);
	figures_close(&lab->near);
	figures_close(&lab->far);
	content_fini(&lab->content);
	free(lab->in);
	free(lab->out);
}

bool lab_look(struct stress_lab *lab, enum load_look look)
{
	const struct stress_config *c = lab->config;
	int error =
		c->server ? c->server(c->arg, look, &lab->now.server) : -ENOENT;

	lab->now.server_error = error;
	if (error == -ESRCH)
		lab->result->server_gone = true;
	return error == 0;
}

const char *lab_lacks(struct stress_lab *lab, unsigned needs)
{
	if (needs & STRESS_V6 && !lab->v6)
		return "the peer's address is IPv4";
	if (needs & STRESS_OWN && !lab->config->own)
		return "the peer is not on this host or in a lab on it";
	if (needs & STRESS_RAW && lab->config->socket.device)
		return "forged packets cannot be sent with --device";
	if (needs & STRESS_RAW && lab->raw == -EPERM)
		return "needs CAP_NET_RAW";
	if (needs & STRESS_RAW && lab->raw < 0)
		return "cannot open a raw socket";
	if (needs & STRESS_WITNESS && !lab_replies(lab) &&
		!lab_look(lab, LOOK_MUST))
		return "the peer does not answer, and its counters cannot be "
		       "seen";
	return NULL;
}

void lab_judge(struct stress_lab *lab, enum stress_verdict verdict,
	const char *format, ...)
{
	static const int rank[] = {
		[STRESS_AS_EXPECTED] = 0,
		[STRESS_OTHERWISE] = 1,
		[STRESS_SKIPPED] = 2,
		[STRESS_CUT] = 3,
		[STRESS_FAILED] = 4,
	};
	struct stress_row *row = lab->row;
	va_list ap;

	if (rank[verdict] < rank[row->verdict] ||
		(verdict == row->verdict && *row->why))
		return;
	row->verdict = verdict;
	va_start(ap, format);
	vsnprintf(row->why, sizeof(row->why), format, ap);
	va_end(ap);
}

bool lab_is_interrupted(struct stress_lab *lab)
{
	const atomic_bool *flag = lab->config->interrupted;

	if (!flag || !atomic_load(flag))
		return false;
	lab->result->interrupted = true;
	lab_judge(lab, STRESS_CUT, "interrupted");
	return true;
}

bool lab_over(struct stress_lab *lab)
{
	const struct stress_config *c = lab->config;
	uint64_t now = clock_ns();

	if (c->progress && now - lab->told_ns > TELL_NS) {
		lab->told_ns = now;
		c->progress(c->arg, lab->row, false);
	}
	if (lab_is_interrupted(lab))
		return true;
	if (lab->error) {
		lab_judge(lab, STRESS_CUT, "recv: %s", strerror(-lab->error));
		return true;
	}
	if (now < lab->deadline_ns)
		return false;
	lab_judge(lab, STRESS_CUT, "out of time; a longer --time gives more");
	return true;
}

void lab_digest(struct stress_lab *lab, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	/* FNV-1a. */
	for (size_t i = 0; i < bytes; i++)
		lab->row->digest = (lab->row->digest ^ at[i]) * 0x100000001b3u;
}

uint64_t lab_draw(const struct stress_lab *lab, uint64_t place)
{
	/* SplitMix64's finaliser (public domain). */
	uint64_t x = (uint64_t)lab->config->run << 32 |
		     (uint64_t)(lab->stress->name[0]) << 16 | lab_flow(lab);

	x = (x ^ place * 0x9e3779b97f4a7c15u) + 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
