/* SPDX-License-Identifier: MIT */
/* The counters and the description of a server, as JSON. */
#include "cli/print/json.h"
#include "cli/print/spread.h"
#include "cli/stat/report.h"
#include "cli/stat/spread.h"

#include <errno.h>
#include <jansson.h>

/* Enough digits for seconds since 1970 with microseconds. */
#define PRECISION 16

static json_t *endpoints_json(const struct reader_about *a)
{
	json_t *endpoints = json_array();
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < a->endpoint_count; i++)
		json_add(endpoints,
			json_string(address_format(&a->endpoints[i], text)));
	return endpoints;
}

/* The configuration that the server wrote, or null if it is not JSON. */
static json_t *config_json(const struct reader_about *a)
{
	json_error_t error;
	json_t *config = json_loads(a->config, 0, &error);

	if (!config && json_error_code(&error) == json_error_out_of_memory)
		return NULL;
	return config ? config : json_null();
}

static json_t *about_json(const struct reader_about *a)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:f, s:i, s:o, s:o}", "pid",
		a->pid, "version", a->version, "service", a->service, "backend",
		a->backend, "file", a->path, "started",
		(double)a->started_ns / 1e9, "workers", (int)a->worker_count,
		"endpoints", endpoints_json(a), "config", config_json(a));
}

static json_t *sums_json(const struct stat_view *v, const uint64_t *values)
{
	json_t *object = json_object();

	for (uint32_t i = 0; i < reader_about(v->reader)->counter_count; i++)
		json_set(object, reader_counter(v->reader, i)->name,
			json_number(reader_sum(v->reader, values, i)));
	return object;
}

static json_t *worker_json(const struct stat_view *v, uint32_t worker)
{
	uint32_t n = reader_about(v->reader)->counter_count;
	json_t *object = json_object();

	for (uint32_t i = 0; i < n; i++)
		json_set(object, reader_counter(v->reader, i)->name,
			json_number(v->now[(size_t)worker * n + i]));
	return object;
}

static json_t *workers_json(const struct stat_view *v)
{
	json_t *list = json_array();

	for (uint32_t w = 0; w < reader_about(v->reader)->worker_count; w++)
		json_add(list, worker_json(v, w));
	return list;
}

static json_t *spreads_json(const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);
	json_t *list = json_array();
	struct stat_spread s;
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (stat_spread_at(&s, v, i))
			json_add(list,
				spread_json(
					address_format(&a->endpoints[i], text),
					s.received, s.workers, s.stride));
	return list;
}

static int print(FILE *out, json_t *all, bool compact)
{
	size_t form = compact ? JSON_COMPACT : JSON_INDENT(2);

	return json_write(out, all, form | JSON_REAL_PRECISION(PRECISION));
}

int stat_print_json(FILE *out, const struct stat_view *v, bool compact)
{
	json_t *all = json_pack("{s:s, s:o, s:o, s:o}", "schema",
		"udpmill.stat/1", "about", about_json(reader_about(v->reader)),
		"totals", sums_json(v, v->now), "workers", workers_json(v));

	if (all)
		json_set(all, "spread", spreads_json(v));

	if (all && v->before) {
		json_set(all, "before", sums_json(v, v->before));
		json_set(all, "seconds", json_real(v->seconds));
	}
	return print(out, all, compact);
}

static json_t *left_json(const struct left_list *left)
{
	json_t *paths = json_array();

	for (size_t i = 0; i < left->count; i++)
		json_add(paths, json_sprintf("%s/%s", SEGMENT_DIR,
					left->names[i].name));
	return paths;
}

static json_t *servers_json(const struct reader_list *list)
{
	json_t *servers = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_add(servers, about_json(reader_about(list->readers[i])));
	return servers;
}

int stat_print_list_json(
	FILE *out, const struct reader_list *list, const struct left_list *left)
{
	return print(out,
		json_pack("{s:s, s:o, s:o}", "schema", "udpmill.list/1",
			"servers", servers_json(list), "left", left_json(left)),
		false);
}

static json_t *counters_json(const struct reader *r)
{
	json_t *counters = json_array();

	for (uint32_t i = 0; i < reader_about(r)->counter_count; i++) {
		const struct counter_description *d = reader_counter(r, i);
		bool total = d->kind == COUNTER_KIND_COUNTER;

		json_add(counters,
			json_pack("{s:s, s:s, s:s, s:s}", "name", d->name,
				"kind", total ? "counter" : "gauge", "unit",
				d->unit, "help", d->help));
	}
	return counters;
}

int stat_print_descriptions_json(FILE *out, const struct reader *r)
{
	return print(out,
		json_pack("{s:s, s:i, s:o}", "schema", "udpmill.describe/1",
			"pid", reader_about(r)->pid, "counters",
			counters_json(r)),
		false);
}
