/* SPDX-License-Identifier: MIT */
/* The report of `udpmill load --stages` for programs. */
#include "cli/load/names.h"
#include "cli/load/report/json.h"
#include "cli/load/report/latency.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/stages.h"
#include "cli/print/json.h"

#include <errno.h>

static json_t *config_json(
	const struct load_options *o, const struct stages_result *r)
{
	const struct load_config *c = &o->config;
	const struct socket_obtained *s = &r->obtained;
	char remote[ADDRESS_TEXT], local[ADDRESS_TEXT];
	json_t *cpus = json_array(), *all;

	/* The only thread uses the first one. */
	if (c->cpus)
		json_add(cpus, json_integer(c->cpus->cpu[0]));
	all = json_pack(
		"{s:s, s:s, s:s, s:i, s:s, s:b, s:s, s:f, s:f, s:o, s:i, s:i, "
		"s:s?, s:i, s:s, s:i, s:b, s:i, s:o, s:o}",
		"remote", address_format(&c->socket.remote, remote), "local",
		address_format(&s->bound, local), "mode", "stages", "length",
		(int)c->sizes.most, "content", load_content_names[c->content],
		"spin", c->spin_ns > 0, "expect",
		load_replies_names[c->replies], "time_s",
		(double)c->time_ns / 1e9, "omit_s", (double)c->omit_ns / 1e9,
		"count", json_number(c->count), "rcvbuf_obtained",
		(int)s->rcvbuf, "sndbuf_obtained", (int)s->sndbuf, "device",
		c->socket.device, "dscp", s->tos >> 2, "ecn",
		load_ecn_names[s->tos & 3], "ttl", (int)s->ttl, "dont_fragment",
		s->dontfrag, "busy_poll_us_obtained", (int)s->busy_poll.us,
		"seed", json_number(c->run), "cpus", cpus);
	if (all && spin_limit_ns(c->spin_ns))
		json_set(all, "spin_us", json_real((double)c->spin_ns / 1e3));
	load_busy_poll_json(all, &c->socket.busy_poll, &s->busy_poll);
	return all;
}

static json_t *stage_json(const struct stages_result *r, enum stage stage)
{
	const struct histogram *h = &r->stages[stage];
	json_t *j;

	if (!h->count)
		return json_null();
	j = latency_json(h);
	json_set(j, "share", json_real(stage_share(r, stage)));
	return j;
}

static json_t *probes_json(const struct stages_result *r)
{
	json_t *missing = json_pack("{s:o, s:o, s:o}", "sched",
		json_number(r->no_sched), "sent", json_number(r->no_sent),
		"received", json_number(r->no_received));

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o}",
		"sent", json_number(r->sent), "answered",
		json_number(r->answered), "lost", json_number(r->lost),
		"nobufs", json_number(r->nobufs), "reported",
		json_number(r->reported), "foreign", json_number(r->foreign),
		"sampled", json_number(r->sampled), "whole",
		json_number(r->whole), "skipped", json_number(r->skipped),
		"plain_skipped", json_number(r->plain_skipped), "incomplete",
		json_number(r->incomplete), "missing", missing);
}

static json_t *stages_json(const struct stages_result *r)
{
	json_t *why, *stages = json_object();

	for (int i = 0; i < STAGES; i++)
		json_set(stages, stage_name((enum stage)i)->key,
			stage_json(r, (enum stage)i));
	why = r->hardware ? json_null() : json_string(r->hardware_why);
	return json_pack("{s:f, s:f, s:{s:o, s:o}, s:o, s:o, s:{s:b, s:o}}",
		"seconds", r->seconds, "plain_seconds", r->plain_seconds,
		"round_trip_ns", "plain", latency_json(&r->plain), "stamped",
		latency_json(&r->stamped), "stages_ns", stages, "probes",
		probes_json(r), "hardware", "used", r->hardware, "why_not",
		why);
}

int stages_print_json(
	FILE *out, const struct load_options *o, const struct stages_result *r)
{
	const struct load_loss loss = {true, r->sent, r->lost};
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:o, s:o}",
		"schema", "udpmill.load/1", "version", UDPMILL_VERSION, "argv",
		json_argv("load", o->argc, o->argv), "config",
		config_json(o, r), "environment", load_environment_json(o),
		"interrupted", r->interrupted, "loss", load_loss_json(o, &loss),
		"stages", stages_json(r));

	return json_write(out, all, JSON_REPORT);
}
