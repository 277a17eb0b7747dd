/* SPDX-License-Identifier: MIT */
#include "cli/load/engine.h"

#include "cli/args/option.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "cli/print/text.h"
#include "cli/process/exit.h"
#include "load/engine/registry.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MOST 15

static const char *engine_names(const char *automatic)
{
	const char *names[NAMES_MOST + 1] = {automatic};

	for (size_t n = 1; n < NAMES_MOST && engine_table[n - 1]; n++)
		names[n] = engine_table[n - 1]->name;
	return text_list(names, " or ");
}

char *load_engine_help(void)
{
	char *text;

	if (asprintf(&text, "How datagrams are sent and received: %s",
		    engine_names("auto (default)")) < 0)
		return NULL;
	return text;
}

char *load_engine_list(void)
{
	return strdup(engine_names("auto"));
}

const struct engine_ops *load_engine_parse(const char *name)
{
	const struct engine_ops *ops = engine_find(name);

	if (ops || strcmp(name, "auto") == 0)
		return ops;
	if (strcmp(name, "uring") == 0)
		say_exit(EXIT_SYSTEM,
			"--engine: this build does not support uring; install "
			"liburing-dev and build again");
	usage_error("engine", "there is no \"%s\"; choose %s", name,
		engine_names("auto"));
}

uint32_t load_zerocopy_parse(const char *text)
{
	return (uint32_t)option_count(
		"zerocopy-from", text, 1, DATAGRAM_MAX_V6);
}

void load_engine_plan(struct load_config *c)
{
	char why[320];

	/* Only one engine has it. */
	if (c->zerocopy_from && !c->engine)
		c->engine = load_engine_parse("uring");
	if (c->zerocopy_from && !(c->engine->can & ENGINE_ZEROCOPY))
		usage_clash("zerocopy-from",
			"--zerocopy-from is for --engine uring; give that, or "
			"leave it out");
	if (load_engine_suits(c, why, sizeof(why)))
		usage_error("engine", "%s", why);
}
