/* SPDX-License-Identifier: MIT */
#include "cli/serve/report.h"

#include "cli/print/json.h"
#include "cli/print/text.h"
#include "cli/process/streams.h"
#include "cli/serve/copy.h"
#include "cli/serve/placement.h"
#include "cli/serve/spread.h"
#include "cli/serve/zerocopy.h"
#include "core/quote.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "udpmill.serve/1"

static json_t *allow_json(const struct serve_options *o)
{
	json_t *list = json_array();
	char address[ADDRESS_TEXT], text[ADDRESS_TEXT + 8];

	for (size_t i = 0; i < o->server.allow_count; i++) {
		const struct cidr *c = &o->allow[i];

		snprintf(text, sizeof(text), "%s/%u",
			address_format_host(&c->base, address), c->bits);
		json_add(list, json_string(text));
	}
	return list;
}

static json_t *cpus_json(const struct serve_options *o)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < o->cpus.count; i++)
		json_add(list, json_integer(o->cpus.cpu[i]));
	return list;
}

static json_t *endpoints_json(
	const struct serve_options *o, const struct server *server)
{
	const struct socket_obtained *got = server_endpoints(server);
	json_t *list = json_array();
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < o->server.listen_count; i++)
		json_add(
			list, json_string(address_format(&got[i].bound, text)));
	return list;
}

static json_t *known_as_json(const struct server_config *c)
{
	json_t *list = json_array();
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < c->known_as_count; i++)
		json_add(list,
			json_string(address_format(&c->known_as[i], text)));
	return list;
}

static void add_fact(
	void *facts, const char *name, const char *text, uint64_t number)
{
	json_set(facts, name,
		text ? json_string(text) : json_integer((json_int_t)number));
}

/* What the backend obtained, as "NAME": {...}. */
static void add_facts(
	json_t *options, const char *name, const struct server *server)
{
	json_t *facts = json_object();

	server_facts(server, 0, add_fact, facts);
	if (json_object_size(facts))
		json_set(options, name, facts);
	else
		json_decref(facts);
}

json_t *serve_options_json(
	const struct serve_options *o, const struct server *server)
{
	const struct server_config *c = &o->server;
	const struct socket_obtained *got = server_endpoints(server);

	json_t *options = json_pack("{s:o, s:s, s:s, s:i, s:o, s:s, s:s, s:i, "
				    "s:b, s:i, s:b, s:b, s:b, s:b, "
				    "s:i, s:i, s:i, s:o, s:b, s:f, s:I}",
		"listen", endpoints_json(o, server), "service",
		c->service->name, "backend", c->backend->name, "workers",
		(int)c->workers, "cpus", cpus_json(o), "steer", c->steer->name,
		"steered_by", server_steered_by(server), "batch", (int)c->batch,
		"trains", c->trains, "segments_max",
		c->trains ? (int)c->segments_max : 1, "gro", got->gro, "spin",
		c->spin_ns > 0, "marks", got->tos_read, "v6_only", c->v6_only,
		"rcvbuf_obtained", (int)got->rcvbuf, "sndbuf_obtained",
		(int)got->sndbuf, "busy_poll_us", (int)got->busy_poll.us,
		"allow", allow_json(o), "key", c->key != NULL, "time_s",
		(double)o->time_ns / 1e9, "count", (json_int_t)c->count);

	if (options)
		json_set(options, "metrics",
			json_text(o->metrics_url ? o->metrics_url : "none"));
	if (options && spin_limit_ns(c->spin_ns))
		json_set(options, "spin_us",
			json_real((double)c->spin_ns / 1e3));
	if (options && c->busy_poll.prefer)
		json_set(options, "prefer_busy_poll",
			json_boolean(got->busy_poll.prefer));
	if (options && c->busy_poll.budget)
		json_set(options, "busy_poll_budget",
			json_integer(got->busy_poll.budget));
	if (options && c->known_as_count)
		json_set(options, "key_address", known_as_json(c));
	if (options)
		json_set(options, "copy", json_string(serve_copy_name(o)));
	if (options && c->connected_most) {
		json_set(options, "connected_most",
			json_integer(c->connected_most));
		json_set(options, "connected_idle_s",
			json_real((double)c->connected_idle_ns / 1e9));
	}
	if (options && c->head_only)
		json_set(options, "copy_bytes", json_integer(c->copy_bytes));
	if (options && c->zerocopy_from)
		json_set(options, "zerocopy_from",
			json_integer(c->zerocopy_from));
	if (options)
		add_facts(options, c->backend->name, server);
	/* Shown only to those who asked for it. */
	if (options && c->burn_ns > 0)
		json_set(options, "burn_ns", json_real(c->burn_ns));
	if (options && c->burn_rounds)
		json_set(options, "burn_rounds", json_integer(c->burn_rounds));
	return options;
}

/* Call when the segment exists, if there is to be one. */
static json_t *running_json(
	const struct serve_options *o, const struct server *server)
{
	const char *segment = server_segment(server);
	json_t *options = serve_options_json(o, server);

	if (options)
		json_set(options, "counters",
			json_text(segment ? segment : "none"));
	return options;
}

/* Formats a value as the option is typed: on or off, and lists with commas. */
static void format_option(char *text, size_t room, const json_t *value)
{
	size_t i, at = 0;
	json_t *item;

	if (json_is_boolean(value))
		snprintf(text, room, "%s", json_is_true(value) ? "on" : "off");
	else if (json_is_string(value))
		snprintf(text, room, "%s", json_string_value(value));
	else if (json_is_number(value))
		snprintf(text, room, "%.15g", json_number_value(value));
	else if (json_array_size(value) == 0)
		snprintf(text, room, "any");
	json_array_foreach(value, i, item)
	{
		if (at + 1 < room && i > 0)
			text[at++] = ',';
		if (at + 1 < room)
			format_option(text + at, room - at, item);
		at += strlen(text + at);
	}
}

static int print_option(FILE *out, int column, const char *group,
	const char *key, const json_t *value)
{
	const char *dash = *group ? "_" : "";
	char text[PATH_MAX];
	int width;

	format_option(text, sizeof(text), value);
	width = (int)(strlen(group) + strlen(dash) + strlen(key) +
		      strlen(text) + 2);
	if (column && column + width > 80)
		column = fputc('\n', out) * 0;
	return column + fprintf(out, " %s%s%s%s=%s", column ? "" : " ", group,
				dash, key, text);
}

/* "key=value" of each option, filled into lines of at most 80 columns; those of
 * a group as "group_key=value". */
static void print_options(FILE *out, json_t *options)
{
	const char *key, *inner;
	json_t *value, *part;
	int column = 0;

	json_object_foreach(options, key, value)
	{
		if (!json_is_object(value))
			column = print_option(out, column, "", key, value);
		json_object_foreach(value, inner, part) column =
			print_option(out, column, key, inner, part);
	}
	fputc('\n', out);
}

/* The kernel grants twice the size that is requested, as room for its own
 * overhead; both figures in the note include that. */
static void print_capped(
	FILE *out, char side, uint64_t asked, uint32_t obtained)
{
	const char *buffer = side == 'r' ? "rcvbuf" : "sndbuf"; /* w: sent */

	fprintf(out,
		"  note: %s_obtained=%u is less than twice --%s (%llu);\n      "
		"  raise sysctl net.core.%cmem_max, or run with "
		"CAP_NET_ADMIN\n",
		buffer, obtained, buffer, 2 * (unsigned long long)asked, side);
}

/* A sentence, in lines of at most 80 columns. */
static void print_note(FILE *out, const char *text)
{
	int column = fprintf(out, "  note:");

	while (*text) {
		int width = (int)strcspn(text, " ");

		if (column + 1 + width > 80)
			column = fprintf(out, "\n       ") - 1;
		column += fprintf(out, " %.*s", width, text);
		text += width;
		text += *text == ' ';
	}
	fputc('\n', out);
}

static void print_notes(FILE *out, const struct server_config *c,
	const struct socket_obtained *got)
{
	char why[160];

	if (got->rcvbuf_capped)
		print_capped(out, 'r', c->rcvbuf, got->rcvbuf);
	if (got->sndbuf_capped)
		print_capped(out, 'w', c->sndbuf, got->sndbuf);
	if (busy_poll_lacks(&c->busy_poll, &got->busy_poll, why, sizeof(why)))
		print_note(out, why);
	if (c->gro && c->backend->gro && !got->gro)
		fprintf(out, "  note: this kernel is older than Linux 5.0 and "
			     "has no UDP_GRO: trains\n        arrive as single "
			     "datagrams\n");
}

void serve_print_start(
	FILE *out, const struct serve_options *o, const struct server *server)
{
	const struct socket_obtained *got = server_endpoints(server);
	json_t *options = running_json(o, server);
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < o->server.listen_count; i++)
		fprintf(out, "Listening at %s\n",
			address_format(&got[i].bound, text));
	if (o->metrics_url)
		fprintf(out, "Metrics at %s\n", o->metrics_url);
	if (options) {
		json_object_del(options, "listen");
		print_options(out, options);
		json_decref(options);
	}
	serve_placement_print(out, o);
	print_notes(out, &o->server, got);
	(void)streams_flush(out);
}

static uint64_t sum(const struct server *server, enum counter_id id)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < server_worker_count(server); i++)
		total += counter_get(server_counters(server, i), id);
	return total;
}

static bool is_total(enum counter_id id)
{
	return counter_table[id].kind == COUNTER_KIND_COUNTER &&
	       id != COUNTER_PUBLISHED;
}

void serve_print_end(
	FILE *out, const struct serve_options *o, const struct server *server)
{
	serve_spread_print(out, o, server);
	fprintf(out, "Counters, summed over all workers:\n");
	for (enum counter_id id = 0; id < COUNTER_COUNT; id++) {
		uint64_t v = sum(server, id);

		if (is_total(id) && v > 0)
			fprintf(out, "  %-28s %24s %s\n",
				counter_table[id].name, text_grouped(v),
				counter_table[id].unit);
	}
	serve_zerocopy_print(out, o, server);
	(void)streams_flush(out);
}

int serve_print_json(FILE *out, const struct serve_options *o,
	const struct server *server, double seconds)
{
	json_t *counters = json_object();
	json_t *all;

	for (enum counter_id id = 0; id < COUNTER_COUNT; id++)
		if (is_total(id))
			json_set(counters, counter_table[id].name,
				json_integer((json_int_t)sum(server, id)));
	all = json_pack("{s:s, s:s, s:i, s:o, s:f, s:o, s:o}", "schema", SCHEMA,
		"version", UDPMILL_VERSION, "pid", (int)getpid(), "config",
		running_json(o, server), "seconds", seconds, "counters",
		counters, "spread", serve_spread_json(o, server));
	if (all && o->placement)
		json_set(all, "placement", serve_placement_json(o));
	if (all && o->server.zerocopy_from)
		json_set(all, "zerocopy", serve_zerocopy_json(server));
	return json_write(out, all, JSON_REPORT);
}

static void say(
	FILE *out, const char *peer, const uint8_t *data, uint32_t bytes)
{
	char text[QUOTE_ROOM(256)];

	fprintf(out, "The client at %s says \"", peer);
	while (bytes > 0) {
		size_t n = quote(text, sizeof(text), data, bytes, true);

		fputs(text, out);
		data += n;
		bytes -= (uint32_t)n;
	}
	fputs("\"\n", out);
}

/* Several workers print at the same time; this keeps the lines of a train
 * together. */
void serve_observe(void *arg, const struct batch *b)
{
	FILE *out = arg;
	char peer[ADDRESS_TEXT];

	flockfile(out);
	for (uint32_t i = 0; i < b->count; i++) {
		const struct train *t = &b->trains[i];
		uint32_t left = t->bytes;
		uint8_t *at = t->data;

		address_format(t->peer, peer);
		if (left == 0)
			say(out, peer, at, 0);
		while (left > 0) {
			uint32_t n = left < t->segment_bytes ? left
							     : t->segment_bytes;

			say(out, peer, at, n);
			at += n;
			left -= n;
		}
	}
	(void)streams_flush(out);
	funlockfile(out);
}
