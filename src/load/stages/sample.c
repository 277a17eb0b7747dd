/* SPDX-License-Identifier: MIT */
#include "load/stages/sample.h"

/* A stacked device (bonding, VLAN) stamps once per layer; the time between its
 * layers counts as between qdisc and driver. */
void sample_add(struct sample *s, const struct stamp *stamp)
{
	uint64_t at = stamp->software_ns;

	if (stamp->kind == STAMP_SCHED) {
		if (at && (!s->sched || at < s->sched))
			s->sched = at;
	} else if (stamp->kind == STAMP_SENT) {
		if (at > s->sent)
			s->sent = at;
		if (stamp->hardware_ns)
			s->device_sent = stamp->hardware_ns;
	}
}

enum sample_verdict sample_judge(const struct sample *s)
{
	if (!s->asked || !s->sched || !s->sent || !s->received || !s->returned)
		return SAMPLE_MISSING;
	if (s->sched < s->asked || s->sent < s->sched ||
		s->received < s->sent || s->returned < s->received)
		return SAMPLE_NEGATIVE;
	return SAMPLE_WHOLE;
}

void sample_record(const struct sample *s, struct histogram stages[STAGES])
{
	uint64_t peer = s->received - s->sent;
	uint64_t outside = s->device_received - s->device_sent;

	histogram_record(&stages[STAGE_TO_QDISC], s->sched - s->asked, 1);
	histogram_record(&stages[STAGE_TO_DRIVER], s->sent - s->sched, 1);
	histogram_record(&stages[STAGE_PEER], peer, 1);
	histogram_record(
		&stages[STAGE_TO_APPLICATION], s->returned - s->received, 1);
	if (s->server >= s->sent && s->server <= s->received) {
		histogram_record(
			&stages[STAGE_REQUEST], s->server - s->sent, 1);
		histogram_record(
			&stages[STAGE_REPLY], s->received - s->server, 1);
	}
	if (s->device_sent && s->device_received >= s->device_sent &&
		outside <= peer) {
		histogram_record(&stages[STAGE_OUTSIDE], outside, 1);
		histogram_record(&stages[STAGE_INSIDE], peer - outside, 1);
	}
}
