/* SPDX-License-Identifier: MIT */
#include "load/engine/engine.h"

#include <errno.h>
#include <stdlib.h>

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
