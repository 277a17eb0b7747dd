/* SPDX-License-Identifier: MIT */
#include "cli/serve/copy.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "core/query.h"
#include "service/registry.h"

static const char *const words[] = {
	[SERVE_COPY_ALL] = "all",
	[SERVE_COPY_HEADER] = "header",
	[SERVE_COPY_NONE] = "none",
	NULL,
};

void serve_copy_parse(struct serve_options *o, const char *text)
{
	o->copy = (enum serve_copy)option_word("copy", text, words);
}

const char *serve_copy_name(const struct serve_options *o)
{
	return words[o->copy];
}

static void refuse(const struct serve_options *o)
{
	const char *service = o->server.service->name;

	if (o->server.service->reads == SERVICE_READS_ALL)
		usage_clash("copy",
			"--copy %s leaves --service %s without what it sends "
			"back; give --copy all, or --service length or discard",
			serve_copy_name(o), service);
	if (o->verbose)
		usage_clash("copy",
			"--copy %s leaves --verbose nothing to print; give "
			"--copy all, or leave out --verbose",
			serve_copy_name(o));
	if (o->copy == SERVE_COPY_NONE && o->server.key)
		usage_clash("copy",
			"--copy none leaves the queries of --key unread; give "
			"--copy header");
}

void serve_copy_plan(struct serve_options *o)
{
	struct server_config *s = &o->server;

	if (o->copy == SERVE_COPY_ALL)
		return;
	refuse(o);
	s->head_only = true;
	if (o->copy == SERVE_COPY_NONE)
		return;
	s->copy_bytes = s->service->reads;
	if (s->key && s->copy_bytes < QUERY_BYTES)
		s->copy_bytes = QUERY_BYTES;
}
