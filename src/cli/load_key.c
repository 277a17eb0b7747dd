/* SPDX-License-Identifier: MIT */
#include "cli/load_key.h"

#include "cli/key.h"
#include "cli/load_plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_network(int error)
{
	return error == -ETIMEDOUT || error == -ECONNREFUSED ||
	       error == -EHOSTUNREACH;
}

/* How many the server has had that a segment shows. */
static int64_t queries_seen(struct load_view *v)
{
	struct load_server s;

	return load_view_read(v, &s) ? 0 : -s.queries_lost;
}

void load_key_ask(struct load_options *o, const char *path, const char *peer)
{
	const struct load_config *c = &o->config;
	const struct remote_about *about;
	struct mac_key key;
	struct remote_config config = {
		.peer = c->remote,
		.bind = c->bind,
		.device = c->device,
		.key = &key,
		.run = c->run,
	};
	int64_t before = queries_seen(&o->view);
	char why[256];
	int error;

	key_read(&key, "udpmill load", path);
	error = remote_open(&o->remote, &config, why, sizeof(why));
	explicit_bzero(&key, sizeof(key));
	/* A wrong key is answered as no key is: not at all. */
	if (error == -ETIMEDOUT)
		snprintf(why, sizeof(why),
			"no yes from %s: it takes serve --key there, with the "
			"same key; or --peer-consents, and no --key",
			peer);
	if (error)
		load_fail(is_network(error) ? EXIT_NO_PEER : EXIT_SYSTEM, "%s",
			why);
	/* A segment that says it serves the address need not be that server's:
	 * one that did not see our query is not. */
	if (queries_seen(&o->view) <= before)
		load_view_close(&o->view);
	about = remote_about(o->remote);
	fprintf(stderr,
		"udpmill load: %s consents: %s by %s, %u worker%s, version "
		"%s\n",
		peer, about->service, about->backend, about->workers,
		about->workers == 1 ? "" : "s", about->version);
}

int load_key_keep(const struct load_options *o, void (*stop)(void *arg),
	void *arg, char *why, size_t why_bytes)
{
	int error = o->remote ? remote_keep(o->remote, stop, arg) : 0;

	if (error)
		snprintf(why, why_bytes, "starting a thread: %s",
			strerror(-error));
	return error;
}

bool load_key_lapsed(const struct load_options *o)
{
	char text[ADDRESS_TEXT];

	if (!o->remote || !remote_is_lost(o->remote))
		return false;
	fprintf(stderr,
		"udpmill load: STOPPED: consent was not renewed, %s has not "
		"said yes for %u s\n",
		address_format(&o->config.remote, text),
		REMOTE_LAPSE_NS / 1000000000u);
	return true;
}
