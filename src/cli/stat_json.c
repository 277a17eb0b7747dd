/* SPDX-License-Identifier: MIT */
/* The counters of a server for machines: schema udpmill.stat/1. */
#include "cli/stat_report.h"

#include <errno.h>
#include <jansson.h>

#define SCHEMA "udpmill.stat/1"

static json_t *about_json(const struct reader_about *a)
{
	json_t *endpoints = json_array(), *config;
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < a->endpoint_count; i++)
		json_array_append_new(endpoints,
			json_string(address_format(&a->endpoints[i], text)));
	config = json_loads(a->config, 0, NULL);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:f, s:i, s:o, s:o}", "pid",
		a->pid, "version", a->version, "service", a->service, "backend",
		a->backend, "file", a->path, "started",
		(double)a->started_ns / 1e9, "workers", (int)a->worker_count,
		"endpoints", endpoints, "config",
		config ? config : json_null());
}

static json_t *sums_json(const struct stat_view *v, const uint64_t *values)
{
	json_t *object = json_object();

	for (uint32_t i = 0; i < reader_about(v->reader)->counter_count; i++)
		json_object_set_new(object, reader_counter(v->reader, i)->name,
			json_integer(
				(json_int_t)reader_sum(v->reader, values, i)));
	return object;
}

static json_t *workers_json(const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);
	json_t *list = json_array();

	for (uint32_t w = 0; w < a->worker_count; w++) {
		json_t *object = json_object();

		for (uint32_t i = 0; i < a->counter_count; i++)
			json_object_set_new(object,
				reader_counter(v->reader, i)->name,
				json_integer(
					(json_int_t)v->now
						[(size_t)w * a->counter_count +
							i]));
		json_array_append_new(list, object);
	}
	return list;
}

int stat_print_json(FILE *out, const struct stat_view *v, bool compact)
{
	json_t *all = json_pack("{s:s, s:o, s:o, s:o}", "schema", SCHEMA,
		"about", about_json(reader_about(v->reader)), "totals",
		sums_json(v, v->now), "workers", workers_json(v));
	size_t flags = compact ? JSON_COMPACT : JSON_INDENT(2);
	int error = 0;

	if (!all)
		return -ENOMEM;
	if (v->before) {
		json_object_set_new(all, "before", sums_json(v, v->before));
		json_object_set_new(all, "seconds", json_real(v->seconds));
	}
	if (json_dumpf(all, out, flags) || fputc('\n', out) == EOF ||
		fflush(out))
		error = -EIO;
	json_decref(all);
	return error;
}
