/* SPDX-License-Identifier: MIT */
#include "cli/serve/connected.h"

#include "backend/registry.h"
#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "cli/process/descriptors.h"
#include "cli/process/exit.h"

#include <string.h>

#define IDLE_NS (30 * SECOND_NS)
/* For everything else: standard descriptors, counters, scrapers; and a
 * worker's own socket, epoll and so on. */
#define OTHERS     64
#define PER_WORKER 4
/* An SO_REUSEPORT group takes 32768 sockets (Linux 6.1 to 6.18). */
#define GROUP_MOST 32768
/* With fewer, the option is not worth its name. */
#define LEAST 8

void serve_connected_idle(struct serve_parsing *p, const char *text)
{
	p->connected_idle_ns = option_time_within("connected-idle", text,
		SECOND_NS / 10, 86400 * SECOND_NS, "100ms to 86400s; try 30s");
}

void serve_connected_choose(struct serve_parsing *p)
{
	const char *backend = p->backend ? p->backend : "auto";

	if (!p->connected && p->connected_idle_ns)
		usage_clash("connected-idle",
			"--connected-idle needs --connected: only sockets of "
			"peers are closed");
	if (!p->connected)
		return;
	if (strcmp(backend, "auto") != 0 && strcmp(backend, "mmsg") != 0)
		usage_clash("connected",
			"--connected makes the calls of --backend mmsg, not of "
			"%s; leave out --backend",
			backend);
	if (p->steer && strcmp(p->steer, "flow") != 0)
		usage_clash("connected",
			"--connected needs --steer flow, so that new sockets "
			"get no datagrams of others; leave out --steer %s",
			p->steer);
	p->steer = "flow";
	p->o->server.backend = backend_connecting();
	p->o->server.connected_idle_ns =
		p->connected_idle_ns ? p->connected_idle_ns : IDLE_NS;
}

void serve_connected_plan(struct serve_parsing *p)
{
	struct server_config *s = &p->o->server;
	uint64_t workers = (uint64_t)s->workers * s->listen_count, limit, most;
	uint64_t group = GROUP_MOST / s->workers - 1, need;

	if (!p->connected)
		return;
	limit = descriptors_raise();
	need = OTHERS + workers * (PER_WORKER + LEAST);
	if (limit < need)
		say_exit(EXIT_SYSTEM,
			"--connected: %llu descriptors are allowed, and %llu "
			"are needed at least; raise ulimit -Hn, or give fewer "
			"--workers",
			(unsigned long long)limit, (unsigned long long)need);
	most = (limit - OTHERS) / workers - PER_WORKER;
	s->connected_most = (uint32_t)(most < group ? most : group);
}
