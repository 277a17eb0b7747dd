/* SPDX-License-Identifier: MIT */
#include "load/loop/engine_choice.h"

#include "load/engine/engine.h"

#include <errno.h>
#include <stdio.h>

/* What it can lack; NULL: nothing that is needed. */
static const struct need {
	enum engine_can can;
	const char *what, *instead;
} needs[] = {
	{ENGINE_TRAINS, "send trains", "--train off"},
	{ENGINE_TXTIME, "tell the kernel when to send",
		"mmsg, uring or zerocopy"},
	{ENGINE_FOREIGN, "send from a capture", "mmsg or uring"},
	{ENGINE_ZEROCOPY, "choose by length what is not copied", "uring"},
	{0},
};

unsigned engine_needs(const struct load_config *c)
{
	return (c->train > 1 ? ENGINE_TRAINS : 0u) |
	       (c->socket.txtime ? ENGINE_TXTIME : 0u) |
	       (c->replay ? ENGINE_FOREIGN : 0u) |
	       (c->zerocopy_from ? ENGINE_ZEROCOPY : 0u);
}

static bool is_numbered(const struct load_config *c)
{
	return c->replies == REPLIES_PROBES && !c->payload && !c->replay;
}

int load_engine_suits(const struct load_config *c, char *why, size_t why_bytes)
{
	const struct engine_ops *ops = c->engine;
	const struct engine_traffic traffic = {
		.to = &c->socket.remote,
		.from = &c->socket.bind,
		.numbered = is_numbered(c),
		.zerocopy_from = c->zerocopy_from,
	};
	unsigned lacks = ops ? engine_needs(c) & ~ops->can : 0;
	char what[256];
	int error;

	for (const struct need *n = needs; n->can; n++)
		if (lacks & n->can) {
			snprintf(why, why_bytes, "engine %s cannot %s; use %s",
				ops->name, n->what, n->instead);
			return -EOPNOTSUPP;
		}
	if (!ops || !ops->suits)
		return 0;
	error = ops->suits(&traffic, what, sizeof(what));
	if (error)
		snprintf(why, why_bytes, "engine %s %s", ops->name, what);
	return error;
}

int engine_probe(const struct engine_ops *ops, char *why, size_t why_bytes)
{
	char what[256];
	int error = ops->probe(what, sizeof(what));

	if (error)
		snprintf(why, why_bytes, "engine %s cannot run here: %s",
			ops->name, what);
	return error;
}

static void note_fact(
	void *arg, const char *name, const char *text, uint64_t number)
{
	struct load_result *r = arg;
	struct load_fact *f = &r->facts[r->fact_count];

	if (r->fact_count == LOAD_FACTS)
		return;
	r->fact_count++;
	*f = (struct load_fact){.name = name, .number = number};
	snprintf(f->text, sizeof(f->text), "%s", text ? text : "");
}

void engine_facts(
	const struct load_config *c, const void *share, struct load_result *out)
{
	out->fact_count = 0;
	if (share)
		c->engine->facts(share, note_fact, out);
}
