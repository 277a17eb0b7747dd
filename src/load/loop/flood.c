/* SPDX-License-Identifier: MIT */
/* As fast as the kernel takes them, over all flows in turn. */
#include "load/loop/mode.h"

/* Where the kernel takes nothing it is asked again after that long. */
#define BLOCKED_NS 1000000u
/* Where nothing is to come it is looked for once in so many datagrams. */
#define MUTE_DATAGRAMS 4096

static void begin(struct load_thread *t)
{
	t->turn = 0;
}

/* A receive for each send would be a system call wasted where the peer does not
 * answer. */
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
	/* What came is taken first, as much as was sent: over however many
	 * sockets it comes, it does not pile up in them. */
	if (heard && t->heard < t->sent)
		return false;
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
	.begin = begin,
	.wait_ns = wait_ns,
	.grant = grant,
	.sent = sent,
};
