/* SPDX-License-Identifier: MIT */
#include "cli/serve/zerocopy.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/process/exit.h"

#include <inttypes.h>
#include <string.h>

struct sums {
	uint64_t sends, copied, declined;
	uint64_t pending;    /* sends of which it is not known yet */
	uint64_t registered; /* workers whose buffers are */
};

void serve_zerocopy_parse(struct server_config *s, const char *text)
{
	s->zerocopy_from = (uint32_t)option_count(
		"zerocopy-from", text, 1, DATAGRAM_MAX_V6);
}

void serve_zerocopy_plan(const struct server_config *s)
{
	char why[256];
	int error;

	if (!s->zerocopy_from)
		return;
	if (!s->backend->zerocopy)
		usage_clash("zerocopy-from",
			"--zerocopy-from is for --backend uring; give that, or "
			"leave it out");
	error = s->backend->zerocopy(why, sizeof(why));
	if (error)
		say_exit(EXIT_SYSTEM, "--zerocopy-from: %s: %s", why,
			strerror(-error));
}

static struct sums sum(const struct server *server)
{
	struct sums s = {0};

	for (uint32_t i = 0; i < server_worker_count(server); i++) {
		const struct counters *c = server_counters(server, i);

		s.sends += counter_get(c, COUNTER_ZEROCOPY_SENDS);
		s.copied += counter_get(c, COUNTER_ZEROCOPY_COPIED);
		s.pending += counter_get(c, COUNTER_ZEROCOPY_PENDING);
		s.declined += counter_get(c, COUNTER_ZEROCOPY_DECLINED);
		s.registered += counter_get(c, COUNTER_ZEROCOPY_REGISTERED);
	}
	return s;
}

/* Of what is known. */
static double share_of(const struct sums *s)
{
	return (double)s->copied / (double)(s->sends - s->pending);
}

void serve_zerocopy_print(
	FILE *out, const struct serve_options *o, const struct server *server)
{
	struct sums s = sum(server);

	if (!o->server.zerocopy_from)
		return;
	if (s.sends == 0)
		fprintf(out, "No reply was sent without copying it\n");
	else if (s.sends > s.pending)
		fprintf(out,
			"%.1f %% of the zero-copy sends were copied by the "
			"kernel\n",
			100 * share_of(&s));
	if (s.pending)
		fprintf(out,
			"The kernel has not yet said whether it copied "
			"%" PRIu64 " of the zero-copy sends\n",
			s.pending);
	if (s.registered < server_worker_count(server))
		fprintf(out,
			"The receive buffers of %" PRIu64 " of %" PRIu32
			" workers are registered; raise ulimit -l to register "
			"all\n",
			s.registered, server_worker_count(server));
}

json_t *serve_zerocopy_json(const struct server *server)
{
	struct sums s = sum(server);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "sends",
		json_number(s.sends), "copied", json_number(s.copied),
		"pending", json_number(s.pending), "declined",
		json_number(s.declined), "registered_workers",
		json_number(s.registered), "copied_share",
		s.sends > s.pending ? json_real(share_of(&s)) : json_null());
}
