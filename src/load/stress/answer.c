/* SPDX-License-Identifier: MIT */
/* Is what came the answer to what was asked? */
#include "core/probe.h"
#include "load/stress/talk.h"
#include "load/traffic/text.h"

#include <string.h>

static enum answer judge_length(struct talk *t, uint32_t length)
{
	struct stress_lab *lab = t->lab;

	if (lab->controls_out && length == TALK_CONTROL_BYTES)
		return ANSWER_CONTROL;
	if (length >= LAB_LONGEST || !lab->asked[length])
		return ANSWER_WRONG;
	lab->asked[length]--;
	return ANSWER_RIGHT;
}

static enum answer judge_text(
	struct talk *t, const uint8_t *data, uint32_t bytes)
{
	uint32_t n;

	return text_read_length(data, bytes, &n) ? judge_length(t, n)
						 : ANSWER_WRONG;
}

static enum answer judge_probe(
	struct talk *t, const uint8_t *data, uint32_t bytes)
{
	struct stress_lab *lab = t->lab;
	uint64_t bit;
	struct probe p;

	/* Sent one at a time, and numbered by their lengths. */
	if (bytes < PROBE_BYTES)
		return memcmp(data, content_at(&lab->content, t->flow, bytes),
			       bytes) == 0
			       ? judge_length(t, bytes)
			       : ANSWER_WRONG;
	if (!probe_read(data, bytes, &p))
		return ANSWER_WRONG;
	if (p.run == lab->config->run && p.flow == TALK_CONTROL_FLOW)
		return p.sequence >= lab->control_oldest &&
				       p.sequence <= lab->control
			       ? ANSWER_CONTROL
			       : ANSWER_FOREIGN;
	if (p.run != lab->config->run || p.flow != t->flow)
		return ANSWER_FOREIGN;
	if (p.sequence >= lab->numbered || p.sequence >= LAB_SEEN ||
		!content_is_right(&t->lab->content, &p, data, bytes))
		return ANSWER_WRONG;
	bit = 1ull << p.sequence % 64;
	if (lab->seen[p.sequence / 64] & bit)
		return ANSWER_AGAIN;
	lab->seen[p.sequence / 64] |= bit;
	return ANSWER_RIGHT;
}

enum answer talk_judge(struct talk *t, const uint8_t *data, uint32_t bytes)
{
	switch (t->lab->config->replies) {
	case REPLIES_TEXT:
		return judge_text(t, data, bytes);
	case REPLIES_PROBES:
		return judge_probe(t, data, bytes);
	default:
		return judge_length(t, bytes);
	}
}
