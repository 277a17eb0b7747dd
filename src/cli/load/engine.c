/* SPDX-License-Identifier: MIT */
#include "cli/load/engine.h"

#include "cli/args/usage.h"
#include "load/engine/registry.h"

#include <string.h>

const struct engine_ops *load_engine_parse(const char *name)
{
	const struct engine_ops *ops = engine_find(name);
	char names[200] = "auto";
	size_t at = strlen(names);

	if (ops || strcmp(name, "auto") == 0)
		return ops;
	for (size_t i = 0; engine_table[i]; i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
			engine_table[i + 1] ? ", " : " or ",
			engine_table[i]->name);
	usage_error("engine", "there is no \"%s\"; choose %s", name, names);
}
