/* SPDX-License-Identifier: MIT */
#include "backend/backend.h"

#include "core/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int backend_open(struct backend *b, const struct backend_ops *ops,
	const struct backend_config *config)
{
	int error;

	b->self = lines_alloc(1, ops->size);
	if (!b->self) {
		*b = (struct backend){0};
		return -ENOMEM;
	}
	b->ops = ops;
	error = ops->init(b->self, config);
	if (error)
		backend_close(b);
	return error;
}

void backend_close(struct backend *b)
{
	if (b->self) {
		b->ops->fini(b->self);
		free(b->self);
	}
	*b = (struct backend){0};
}
