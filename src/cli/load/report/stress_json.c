/* SPDX-License-Identifier: MIT */
/* The report of `udpmill load --stress` for programs. */
#include "cli/load/names.h"
#include "cli/load/report/json.h"
#include "cli/load/report/stress.h"
#include "cli/print/json.h"

#include <errno.h>
#include <inttypes.h>

static json_t *digest_json(uint64_t digest)
{
	char text[20];

	snprintf(text, sizeof(text), "%016" PRIx64, digest);
	return json_string(text);
}

static json_t *config_json(
	const struct load_options *o, const struct stress_result *r)
{
	const struct load_config *c = &o->config;
	json_t *stresses = json_array();
	char remote[ADDRESS_TEXT], local[ADDRESS_TEXT];

	for (size_t i = 0; i < STRESS_COUNT; i++)
		if (o->stress >> i & 1)
			json_add(stresses, json_string(stress_table[i]->name));
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:f, s:i, s:i, s:o, s:s?}",
		"remote", address_format(&c->socket.remote, remote), "local",
		address_format_host(&r->obtained.bound, local), "mode",
		"stress", "stresses", stresses, "expect",
		load_replies_names[c->replies], "time_s",
		(double)c->time_ns / 1e9, "rcvbuf_obtained",
		(int)r->obtained.rcvbuf, "sndbuf_obtained",
		(int)r->obtained.sndbuf, "seed", json_number(c->run), "netns",
		o->netns);
}

static json_t *moved_json(const struct count *list, size_t n)
{
	json_t *j = json_object();

	for (size_t i = 0; i < n; i++)
		json_set(j, list[i].name, json_number(list[i].value));
	return j;
}

static void add_named(json_t *to, const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].datagrams)
			json_set(to, list[i].name,
				json_number(list[i].datagrams));
}

static json_t *server_json(const struct stress_row *row)
{
	const struct ledger_server *s = &row->server;
	json_t *refused, *failed;

	if (!row->server_seen)
		return json_null();
	refused = json_object();
	failed = json_object();
	add_named(refused, s->refused, s->refused_count);
	add_named(failed, s->failed, s->failed_count);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "delivered",
		json_number(s->delivered), "answered", json_number(s->answered),
		"absorbed", json_number(s->absorbed), "socket_drops",
		json_number(s->socket_drops), "refused", refused, "failed",
		failed);
}

static json_t *ledger_json(const struct stress_row *row)
{
	const struct ledger *l = &row->ledger;
	json_t *dropped;

	if (!row->ledgered)
		return json_null();
	dropped = json_object();
	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		if (l->dropped[i].datagrams)
			json_set(dropped, l->dropped[i].cause,
				json_number(l->dropped[i].datagrams));
	return json_pack("{s:b, s:b, s:o, s:o, s:o}", "server_seen",
		l->server_seen, "shared", l->shared, "dropped", dropped,
		"closed_sockets", json_number(row->closed),
		l->server_seen ? "unexplained" : "missing",
		json_integer(l->unexplained));
}

static json_t *kernel_json(const struct stress_row *row)
{
	return json_pack("{s:o, s:o}", "client",
		moved_json(row->near, row->near_count), "server",
		row->far_count ? moved_json(row->far, row->far_count)
			       : json_null());
}

static json_t *row_json(const struct stress_row *row)
{
	json_t *counts;

	if (row->verdict == STRESS_SKIPPED)
		return json_pack("{s:s, s:s, s:s, s:s}", "stress",
			row->stress->name, "case", row->name, "verdict",
			stress_verdict_key(row->verdict), "why", row->why);
	counts = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, "
			   "s:o, s:o}",
		"stress", row->stress->name, "case", row->name, "expected",
		row->rule, "verdict", stress_verdict_key(row->verdict), "why",
		row->why, "packets", json_number(row->packets), "datagrams",
		json_number(row->datagrams), "answered",
		json_number(row->answered), "wrong", json_number(row->wrong),
		"duplicate", json_number(row->duplicate), "foreign",
		json_number(row->foreign), "reported",
		json_number(row->reported));
	json_set(counts, "delivered",
		row->delivered_known ? json_number(row->delivered)
				     : json_null());
	json_set(counts, "ledger", ledger_json(row));
	json_set(counts, "server", server_json(row));
	json_set(counts, "kernel", kernel_json(row));
	json_set(counts, "seconds", json_real(row->seconds));
	json_set(counts, "digest", digest_json(row->digest));
	return counts;
}

static json_t *stress_json(const struct stress_result *r)
{
	json_t *rows = json_array(), *verdicts = json_object();

	for (size_t i = 0; i < r->count; i++)
		json_add(rows, row_json(&r->rows[i]));
	for (int i = 0; i <= STRESS_CUT; i++)
		json_set(verdicts, stress_verdict_key((enum stress_verdict)i),
			json_number(r->verdicts[i]));
	return json_pack("{s:f, s:o, s:b, s:o, s:o}", "seconds", r->seconds,
		"verdicts", verdicts, "server_gone", r->server_gone, "digest",
		digest_json(r->digest), "rows", rows);
}

int stress_print_json(
	FILE *out, const struct load_options *o, const struct stress_result *r)
{
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:o}", "schema",
		"udpmill.load/1", "version", UDPMILL_VERSION, "argv",
		json_argv("load", o->argc, o->argv), "config",
		config_json(o, r), "environment", load_environment_json(o),
		"interrupted", r->interrupted, "stress", stress_json(r));

	return json_write(out, all, JSON_REPORT);
}
