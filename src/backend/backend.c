/* SPDX-License-Identifier: MIT */
#include "backend/backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int backend_open(struct backend *b, const struct backend_ops *ops,
	const struct backend_config *config)
{
	int error;

	/* Counters and rings in the state are aligned to cache lines. */
	b->self = aligned_alloc(64, (ops->size + 63) / 64 * 64);
	if (!b->self) {
		*b = (struct backend){0};
		return -ENOMEM;
	}
	memset(b->self, 0, ops->size);
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
