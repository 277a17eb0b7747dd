/* SPDX-License-Identifier: MIT */
#include "cli/serve/plan.h"

#include "backend/backend.h"
#include "backend/registry.h"
#include "cli/args/key.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "cli/print/text.h"
#include "cli/serve/connected.h"
#include "cli/serve/copy.h"
#include "cli/serve/placement.h"
#include "cli/serve/zerocopy.h"
#include "net/resolve.h"
#include "net/segments.h"
#include "net/steering.h"
#include "service/registry.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_PORT "1060" /* that of the program that udpmill grew from */
#define BACKEND_AUTO "auto"

#define NAMES_MOST 15

/* Marks the first name, which is the default. */
static const char *list(
	const char *names[NAMES_MOST + 1], const char *mark, const char *glue)
{
	char first[64];

	snprintf(first, sizeof(first), "%s%s", names[0], mark);
	names[0] = first;
	return text_list(names, glue);
}

const char *serve_services(const char *mark, const char *glue)
{
	const char *names[NAMES_MOST + 1] = {NULL};

	for (size_t n = 0; n < NAMES_MOST && service_table[n]; n++)
		names[n] = service_table[n]->name;
	return list(names, mark, glue);
}

const char *serve_backends(const char *mark, const char *glue)
{
	const char *names[NAMES_MOST + 1] = {BACKEND_AUTO};

	for (size_t n = 1; n < NAMES_MOST && backend_table[n - 1]; n++)
		names[n] = backend_table[n - 1]->name;
	return list(names, mark, glue);
}

const char *serve_steers(const char *mark, const char *glue)
{
	const char *names[NAMES_MOST + 1] = {NULL};

	for (size_t n = 0; n < NAMES_MOST && steer_table[n]; n++)
		names[n] = steer_table[n]->name;
	return list(names, mark, glue);
}

/* It could be bound, but nothing would arrive, since nobody joins the group. */
static void refuse_group(const union address *a, const char *text)
{
	if (address_is_group(a))
		usage_error(NULL,
			"\"%s\" is the address of a multicast group; give an "
			"address of this host",
			text);
}

static void resolve_listen(struct serve_parsing *p)
{
	struct serve_options *o = p->o;
	char why[256];

	if (p->text_count == 0)
		p->texts[p->text_count++] = DEFAULT_PORT;
	o->listen = calloc(p->text_count, sizeof(*o->listen));
	if (!o->listen)
		say_exit(EXIT_SYSTEM, "no memory");
	for (unsigned i = 0; i < p->text_count; i++)
		if (resolve(&o->listen[i], p->texts[i],
			    p->family == AF_INET6 ? "::1" : "127.0.0.1",
			    p->family, why, sizeof(why)))
			usage_error(NULL, "%s", why);
	for (unsigned i = 0; i < p->text_count; i++)
		refuse_group(&o->listen[i], p->texts[i]);
	o->server.listen = o->listen;
	o->server.listen_count = p->text_count;
	o->server.v6_only = p->family == AF_INET6;
}

static void choose_backend(struct serve_parsing *p)
{
	const struct backend_ops *b;
	char why[256];

	if (!p->backend || strcmp(p->backend, BACKEND_AUTO) == 0) {
		p->o->server.backend = backend_auto();
		return;
	}
	b = backend_find(p->backend);
	if (!b && strcmp(p->backend, "uring") == 0)
		say_exit(EXIT_SYSTEM,
			"--backend: this build does not support uring; install "
			"liburing-dev and build again");
	if (!b && strcmp(p->backend, "xdp") == 0)
		say_exit(EXIT_SYSTEM,
			"--backend: this build does not support xdp; install "
			"libxdp-dev, libbpf-dev and clang, and build again");
	if (!b)
		usage_error("backend", "there is no \"%s\"; choose %s",
			p->backend, serve_backends("", " or "));
	if (b->probe(why, sizeof(why)))
		say_exit(EXIT_SYSTEM, "--backend %s: %s", p->backend, why);
	p->o->server.backend = b;
}

/* To steer by CPU, each worker needs a CPU of its own. */
static void choose_steer(struct serve_parsing *p)
{
	struct serve_options *o = p->o;
	const char *name = p->steer ? p->steer : steer_table[0]->name;
	int error;

	o->server.steer = steer_find(name);
	if (!o->server.steer)
		usage_error("steer", "there is no \"%s\"; choose %s", name,
			serve_steers("", " or "));
	if (!o->server.steer->by_cpu || p->cpus)
		return;
	error = affinity_allowed(&o->cpus);
	if (error)
		say_exit(
			EXIT_SYSTEM, "sched_getaffinity: %s", strerror(-error));
	o->server.cpus = &o->cpus;
}

static void choose_cpus(struct serve_parsing *p)
{
	struct serve_options *o = p->o;
	char why[256];

	if (!p->cpus)
		return;
	o->server.cpus = &o->cpus;
	if (strcmp(p->cpus, "auto") == 0)
		serve_placement_choose(o);
	else if (affinity_parse(&o->cpus, p->cpus, why, sizeof(why)))
		usage_error("cpus", "%s", why);
}

/* Backends whose workers share a device have one queue for each. */
static uint64_t workers_most(const struct serve_parsing *p)
{
	const struct server_config *s = &p->o->server;
	char why[256];
	int n;

	if (!s->backend->queues && s->device)
		usage_clash("device", "--device is for --backend xdp; give "
				      "that, or leave it out");
	if (!s->backend->queues && (s->xdp_native || s->xdp_generic))
		usage_clash("xdp-mode", "--xdp-mode is for --backend xdp; give "
					"that, or leave it out");
	if (!s->backend->queues)
		return UINT64_MAX;
	if (s->listen_count > 1)
		usage_clash("backend",
			"--backend %s serves one address; start another server "
			"for the other",
			s->backend->name);
	n = s->backend->queues(s->listen, s->device, why, sizeof(why));
	if (n == -ENODEV || n == -EINVAL || n == -ENETDOWN)
		usage_clash(
			"backend", "--backend %s: %s", s->backend->name, why);
	if (n < 0)
		say_exit(
			EXIT_SYSTEM, "--backend %s: %s", s->backend->name, why);
	if (p->workers > (unsigned)n)
		usage_error("workers",
			"the device has %d queue%s, and each worker needs one "
			"(ethtool -L); use --workers %d",
			n, n > 1 ? "s" : "", n);
	return (unsigned)n;
}

static void choose_workers(struct serve_parsing *p)
{
	struct serve_options *o = p->o;
	uint64_t most = workers_most(p);
	struct cpu_list allowed;

	serve_connected_choose(p);
	choose_cpus(p);
	choose_steer(p);
	if (!p->workers && o->server.cpus)
		p->workers = o->cpus.count;
	if (!p->workers)
		p->workers = affinity_allowed(&allowed) ? 1 : allowed.count;
	if (p->workers > most)
		p->workers = most;
	if (o->server.steer->by_cpu && p->workers > o->cpus.count)
		usage_clash("steer",
			"--steer cpu needs a CPU for each worker, but there "
			"are %u CPUs for %u workers; give --workers %u, or "
			"more --cpus",
			o->cpus.count, (unsigned)p->workers, o->cpus.count);
	o->server.workers = (uint32_t)p->workers;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Other reasons to fail show up when the file is created. */
static void check_counters(const struct serve_options *o)
{
	const char *path = o->server.counters;
	char folder[PATH_MAX];

	if (!path)
		return;
	if (!*path)
		usage_error(
			"counters", "no file is named; give a path, or none");
	if (is_folder(path))
		usage_error("counters", "%s is a directory; name a file in it",
			path);
	snprintf(folder, sizeof(folder), "%s", path);
	if (!is_folder(dirname(folder)))
		usage_error("counters",
			"%s: the directory of this file does not exist; create "
			"it, or name another file",
			path);
}

/* Each must be one host and port: the client says which address it sent to. */
static void resolve_key_addresses(struct serve_parsing *p)
{
	struct server_config *s = &p->o->server;
	union address *list = p->o->known_as;
	char why[256];

	if (p->key_address_count && !p->key)
		usage_clash("key-address",
			"--key-address needs --key: it is an address at which "
			"holders of the key reach this server");
	for (unsigned i = 0; i < p->key_address_count; i++) {
		const char *said = p->key_addresses[i];

		if (resolve(&list[i], said, NULL, AF_UNSPEC, why, sizeof(why)))
			usage_error("key-address", "%s", why);
		if (address_is_any(&list[i]) || address_is_group(&list[i]) ||
			address_port(&list[i]) == 0)
			usage_error("key-address",
				"\"%.200s\" is not the address and port of one "
				"host; try 203.0.113.9:7007",
				said);
	}
	s->known_as = list;
	s->known_as_count = p->key_address_count;
}

void serve_plan(struct serve_parsing *p)
{
	p->o->server.segments_max = segments_limit();
	resolve_key_addresses(p);
	if (p->key) {
		key_read(&p->o->key, p->key);
		p->o->server.key = &p->o->key;
	}
	serve_copy_plan(p->o);
	resolve_listen(p);
	check_counters(p->o);
	choose_backend(p);
	choose_workers(p);
	serve_zerocopy_plan(&p->o->server);
	serve_connected_plan(p);
}
