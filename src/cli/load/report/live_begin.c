/* SPDX-License-Identifier: MIT */
#include "cli/load/report/live_begin.h"

#include "cli/print/text.h"

#include <math.h>
#include <stdio.h>

/* What a trial takes beside its times, until some have shown it. */
#define REST_S 0.2

static const char *kind_of(const struct load_options *o)
{
	static const char *const modes[] = {
		[LOAD_WINDOW] = "closed loop",
		[LOAD_FLOOD] = "flood",
		[LOAD_PACED] = "open loop",
	};

	if (o->find_capacity)
		return "search for the capacity";
	return o->stages ? "stages" : modes[o->config.mode];
}

void load_live_begin(struct live *v, const struct load_options *o)
{
	const struct load_config *c = &o->config;
	char peer[ADDRESS_TEXT];

	*v = (struct live){
		.replies = c->replies != REPLIES_NONE,
		.count = c->count,
		.about = o->find_capacity,
	};
	snprintf(v->title, sizeof(v->title), "udpmill load %s, %s",
		address_format(&c->socket.remote, peer), kind_of(o));
}

/* As if it were an interval of a run of the generator. */
void load_live_stages(struct live *v, const struct stages_progress *p,
	const struct histogram *latency)
{
	static const char *const parts[STAGES_PARTS] = {"warm-up",
		"without time stamps", "warm-up", "with time stamps"};
	const struct stages_result *r = p->so_far;
	struct load_interval i = {
		.start_s = v->elapsed_s,
		.seconds = p->elapsed_s - v->elapsed_s,
		.left_s = p->left_s,
		.sent = r->sent - v->sent_so_far,
		.answered = r->answered - v->answered_so_far,
		.lost_known = true,
		.lost_so_far = r->lost,
		.so_far = {.sent = r->sent, .answered = r->answered},
		.latency = p->measured ? latency : NULL,
	};

	snprintf(v->part_label, sizeof(v->part_label), "part");
	snprintf(v->part, sizeof(v->part), "%u of %u, %s", p->part + 1,
		STAGES_PARTS, parts[p->part]);
	live_note(v, &i);
}

void load_live_trial(
	struct live *v, const struct search *s, unsigned number, double at_s)
{
	int n;

	v->base_s = at_s;
	snprintf(v->part_label, sizeof(v->part_label), "trial");
	n = snprintf(v->part, sizeof(v->part), "%u, at %s/s", number + 1,
		text_si(s->rate));
	if (s->good > 0)
		n += snprintf(v->part + n, sizeof(v->part) - (size_t)n,
			"; %s/s was carried", text_si(s->good));
	if (s->bad > 0)
		(void)snprintf(v->part + n, sizeof(v->part) - (size_t)n,
			"; %s/s was not", text_si(s->bad));
}

void load_live_search_left(struct live *v, const struct load_options *o,
	const struct search *s, unsigned number)
{
	const struct load_config *c = &o->config;
	double trial_s = (double)(c->omit_ns + c->time_ns) / 1e9 + REST_S;

	if (number > 0)
		trial_s = v->base_s / number;
	v->left_s =
		fmax(search_most(s) * trial_s - (v->elapsed_s - v->base_s), 0);
}
