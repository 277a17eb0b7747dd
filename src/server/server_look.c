/* SPDX-License-Identifier: MIT */
/* What can be seen of a server. */
#include "server/server_look.h"

#include "server/server_state.h"

const struct socket_obtained *server_endpoints(const struct server *s)
{
	return s->endpoints;
}

const char *server_steered_by(const struct server *s)
{
	return s->steered_by;
}

void server_facts(const struct server *s, uint32_t endpoint,
	backend_fact_fn *each, void *arg)
{
	if (s->shares[endpoint])
		s->config.backend->facts(s->shares[endpoint], each, arg);
}

const char *server_segment(const struct server *s)
{
	return writer_path(s->publication.writer);
}

bool server_ended(const struct server *s)
{
	for (uint32_t i = 0; i < s->seat_count; i++)
		if (s->seats[i].started &&
			atomic_load(&s->seats[i].phase) != PHASE_ENDED)
			return false;
	return true;
}

const struct counters *server_counters(const struct server *s, uint32_t index)
{
	return writer_worker(s->publication.writer, index);
}

uint32_t server_worker_count(const struct server *s)
{
	return s->seat_count;
}

int server_error(const struct server *s, char *why, size_t why_bytes)
{
	/* A worker's error may only be read after its phase is PHASE_ENDED. */
	for (uint32_t i = 0; i < s->seat_count; i++) {
		const struct worker *w = &s->seats[i].worker;

		if (atomic_load(&s->seats[i].phase) != PHASE_ENDED || !w->error)
			continue;
		if (why)
			worker_why(w, why, why_bytes);
		return w->error;
	}
	return 0;
}
