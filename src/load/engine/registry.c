/* SPDX-License-Identifier: MIT */
#include "load/engine/registry.h"

#include "load/engine/engines.h"

#include <stddef.h>
#include <string.h>

const struct engine_ops *const engine_table[] = {
	&engine_mmsg,
	NULL,
};

const struct engine_ops *engine_find(const char *name)
{
	for (size_t i = 0; engine_table[i]; i++)
		if (strcmp(engine_table[i]->name, name) == 0)
			return engine_table[i];
	return NULL;
}

const struct engine_ops *engine_auto(unsigned can)
{
	char why[256];

	for (size_t i = 0; engine_table[i]; i++)
		if ((engine_table[i]->can & can) == can &&
			engine_table[i]->probe(why, sizeof(why)) == 0)
			return engine_table[i];
	return &engine_mmsg;
}
