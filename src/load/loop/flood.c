/* SPDX-License-Identifier: MIT */
/* Sends as fast as the kernel takes datagrams, over all flows in turn. */
#include "load/loop/modes.h"

/* How long to wait when the kernel takes nothing. */
#define BLOCKED_NS 1000000u
/* If no replies are expected, they are looked for once per so many
 * datagrams. */
#define MUTE_DATAGRAMS 4096

static void begin(struct load_thread *t)
{
	t->turn = 0;
}

/* With a peer that does not answer, a receive per send would be a wasted system
 * call. */
static uint64_t wait_ns(struct load_thread *t)
{
	if (t->blocked >= t->flow_count)
		return BLOCKED_NS;
	if (t->config->replies == REPLIES_NONE && t->unheard < MUTE_DATAGRAMS)
		return MODE_NO_RECEIVE;
	return 0;
}

static bool grant(
	struct load_thread *t, struct flow *heard, struct order *order)
{
	(void)heard;
	*order = (struct order){.flow = &t->flows[t->turn], .room = UINT64_MAX};
	if (++t->turn == t->flow_count)
		t->turn = 0;
	return true;
}

static bool sent(struct load_thread *t, const struct order *order, uint32_t n)
{
	(void)t;
	(void)order;
	(void)n;
	return false;
}

const struct mode_ops mode_flood = {
	.hears_first = true,
	.begin = begin,
	.wait_ns = wait_ns,
	.grant = grant,
	.sent = sent,
};
