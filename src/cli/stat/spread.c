/* SPDX-License-Identifier: MIT */
#include "cli/stat/spread.h"

#include "net/steering.h"

#include <jansson.h>

bool stat_spread_at(
	struct stat_spread *s, const struct stat_view *v, uint32_t endpoint)
{
	const struct reader_about *a = reader_about(v->reader);
	int index = reader_index(v->reader, "rx_datagrams");

	if (index < 0 || endpoint >= a->endpoint_count)
		return false;
	s->workers = a->worker_count / a->endpoint_count;
	s->stride = a->counter_count;
	s->received = v->now + (size_t)endpoint * s->workers * s->stride +
		      (size_t)index;
	return s->workers > 0;
}

const char *stat_spread_advice(const char *config)
{
	json_t *options = json_loads(config, 0, NULL);
	const char *name = json_string_value(json_object_get(options, "steer"));
	const struct steer *s = name ? steer_find(name) : NULL;

	json_decref(options);
	return (s ? s : steer_table[0])->starved;
}
