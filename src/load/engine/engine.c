/* SPDX-License-Identifier: MIT */
#include "load/engine/engine.h"

#include "load/engine/engines.h"

#include <errno.h>
#include <stdlib.h>
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

int engine_open(struct engine *e, const struct engine_ops *ops,
	const struct engine_config *config)
{
	int error;

	e->ops = ops;
	e->self = calloc(1, ops->size);
	if (!e->self) {
		*e = (struct engine){0};
		return -ENOMEM;
	}
	error = ops->init(e->self, config);
	if (error)
		engine_close(e);
	return error;
}

void engine_close(struct engine *e)
{
	if (e->self) {
		e->ops->fini(e->self);
		free(e->self);
	}
	*e = (struct engine){0};
}
