/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/key.h"

#include "cli/args/key.h"
#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/print/say.h"
#include "cli/process/exit.h"
#include "net/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A host without a port, since a NAT picks a new port for each socket. An IPv6
 * address needs no brackets. */
static void read_known_as(union address *out, const char *text)
{
	const char *colon = strchr(text, ':');
	bool bare = colon && strchr(colon + 1, ':') && text[0] != '[';
	char whole[320], why[256];

	snprintf(whole, sizeof(whole), bare ? "[%.250s]:0" : "%.250s:0", text);
	if (resolve(out, whole, NULL, AF_UNSPEC, why, sizeof(why)))
		usage_error("key-address",
			"\"%s\" is not a host; try 203.0.113.9, without a "
			"port: %s",
			text, why);
	if (address_is_any(out) || address_is_group(out))
		usage_error("key-address",
			"\"%s\" is not the address of one host; try "
			"203.0.113.9",
			text);
}

/* How many queries the server that a segment shows has received. */
static int64_t queries_seen(struct load_view *v)
{
	struct load_server s;

	return load_view_read(v, &s) ? 0 : -s.queries_lost;
}

void load_key_ask(struct load_options *o, const char *path,
	const char *known_as, const char *peer)
{
	const struct load_config *c = &o->config;
	const struct remote_about *about;
	struct mac_key key;
	struct remote_config config = {
		.peer = c->socket.remote,
		.bind = c->socket.bind,
		.device = c->socket.device,
		.key = &key,
		.run = c->run,
	};
	int64_t before = queries_seen(&o->view);
	union address as;
	char why[768];
	int error;

	if (known_as) {
		read_known_as(&as, known_as);
		config.known_as = &as;
	}
	key_read(&key, path);
	error = remote_open(&o->remote, &config, why, sizeof(why));
	explicit_bzero(&key, sizeof(key));
	if (error)
		exit(load_fail_tell(error, why));
	/* A segment that claims the address need not be of that server: if it
	 * did not count our query, it is not. */
	if (queries_seen(&o->view) <= before)
		load_view_close(&o->view);
	about = remote_about(o->remote);
	say("%s consents: %s by %s, %u worker%s, version "
	    "%s",
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
	char why[512];

	if (!o->remote || !remote_is_lost(o->remote))
		return false;
	remote_explain_loss(o->remote, why, sizeof(why));
	say("STOPPED: consent was not renewed: %s", why);
	return true;
}
