/* SPDX-License-Identifier: MIT */
#include "cli/load/engine.h"

#include "cli/args/usage.h"
#include "cli/print/text.h"
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
	usage_error("engine", "there is no \"%s\"; choose %s", name,
		engine_names("auto"));
}

void load_engine_check(const struct load_config *c)
{
	char why[320];

	if (load_engine_suits(c, why, sizeof(why)))
		usage_error("engine", "%s", why);
}
