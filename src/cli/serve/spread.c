/* SPDX-License-Identifier: MIT */
#include "cli/serve/spread.h"

#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/spread.h"

#include <stdlib.h>

/* What one address received. */
struct at {
	uint64_t *received; /* by each worker */
	char address[ADDRESS_TEXT];
	struct spread spread;
};

/* Returns false if there is no memory for it. */
static bool take(struct at *at, const struct serve_options *o,
	const struct server *server, uint32_t endpoint)
{
	uint32_t n = o->server.workers;

	at->received = calloc(n, sizeof(*at->received));
	if (!at->received)
		return false;
	for (uint32_t i = 0; i < n; i++)
		at->received[i] =
			counter_get(server_counters(server, endpoint * n + i),
				COUNTER_RX_DATAGRAMS);
	at->spread = spread_of(at->received, n, 1);
	address_format(&server_endpoints(server)[endpoint].bound, at->address);
	return true;
}

void serve_spread_print(
	FILE *out, const struct serve_options *o, const struct server *server)
{
	struct at at;

	for (uint32_t i = 0; i < o->server.listen_count; i++) {
		if (!take(&at, o, server, i))
			continue;
		spread_print(out, at.address, &at.spread);
		free(at.received);
	}
}

json_t *serve_spread_json(
	const struct serve_options *o, const struct server *server)
{
	json_t *list = json_array();
	struct at at;

	for (uint32_t i = 0; i < o->server.listen_count; i++) {
		if (!take(&at, o, server, i)) {
			json_decref(list);
			return NULL;
		}
		json_add(list, spread_json(at.address, at.received,
				       o->server.workers, 1));
		free(at.received);
	}
	return list;
}

void serve_spread_warn(
	const struct serve_options *o, const struct server *server)
{
	char text[320];
	struct at at;

	for (uint32_t i = 0; i < o->server.listen_count; i++) {
		if (!take(&at, o, server, i))
			continue;
		if (spread_warning(text, sizeof(text), at.address, &at.spread,
			    o->server.steer->starved))
			say("%s", text);
		free(at.received);
	}
}
