/* SPDX-License-Identifier: MIT */
#include "load/stress/answer.h"

#include "core/probe.h"
#include "load/traffic/text.h"

#include <string.h>

static enum answer judge_length(struct stress_lab *lab, uint32_t length)
{
	if (lab->controls_out && length == TALK_CONTROL_BYTES)
		return ANSWER_CONTROL;
	if (length >= LAB_LONGEST || !lab->asked[length])
		return ANSWER_WRONG;
	lab->asked[length]--;
	return ANSWER_RIGHT;
}

static enum answer judge_text(
	struct stress_lab *lab, const uint8_t *data, uint32_t bytes)
{
	uint32_t n;

	return text_read_length(data, bytes, &n) ? judge_length(lab, n)
						 : ANSWER_WRONG;
}

static enum answer judge_probe(struct stress_lab *lab, uint32_t flow,
	const uint8_t *data, uint32_t bytes)
{
	uint64_t bit;
	struct probe p;

	/* Too short for a number: sent one at a time and told apart by
	 * length. */
	if (bytes < PROBE_BYTES)
		return memcmp(data, content_at(&lab->content, flow, bytes),
			       bytes) == 0
			       ? judge_length(lab, bytes)
			       : ANSWER_WRONG;
	if (!probe_read(data, bytes, &p))
		return ANSWER_WRONG;
	if (p.run == lab->config->run && p.flow == TALK_CONTROL_FLOW)
		return p.sequence >= lab->control_oldest &&
				       p.sequence <= lab->control
			       ? ANSWER_CONTROL
			       : ANSWER_FOREIGN;
	if (p.run != lab->config->run || p.flow != flow)
		return ANSWER_FOREIGN;
	if (p.sequence >= lab->numbered || p.sequence >= LAB_SEEN ||
		!content_is_right(&lab->content, &p, data, bytes))
		return ANSWER_WRONG;
	bit = 1ull << p.sequence % 64;
	if (lab->seen[p.sequence / 64] & bit)
		return ANSWER_AGAIN;
	lab->seen[p.sequence / 64] |= bit;
	return ANSWER_RIGHT;
}

enum answer answer_judge(struct stress_lab *lab, uint32_t flow,
	const uint8_t *data, uint32_t bytes)
{
	switch (lab->config->replies) {
	case REPLIES_TEXT:
		return judge_text(lab, data, bytes);
	case REPLIES_PROBES:
		return judge_probe(lab, flow, data, bytes);
	default:
		return judge_length(lab, bytes);
	}
}
