/* SPDX-License-Identifier: MIT */
#include "backend/backend.h"

#include "backend/backends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which auto tries: the fastest first, as measured (see
 * ARCHITECTURE.md), and last the one that always works. */
const struct backend_ops *const backend_table[] = {
	&backend_mmsg,
#ifdef HAVE_URING
	&backend_uring,
#endif
	&backend_recvfrom,
	NULL,
};

const struct backend_ops *backend_find(const char *name)
{
	for (size_t i = 0; backend_table[i]; i++)
		if (strcmp(backend_table[i]->name, name) == 0)
			return backend_table[i];
	return NULL;
}

const struct backend_ops *backend_auto(void)
{
	char why[256];

	for (size_t i = 0; backend_table[i]; i++)
		if (backend_table[i]->probe(why, sizeof(why)) == 0)
			return backend_table[i];
	return &backend_recvfrom;
}

int backend_open(struct backend *b, const struct backend_ops *ops,
	const struct backend_config *config)
{
	int error;

	/* Counters and rings inside want their cache lines whole. */
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
