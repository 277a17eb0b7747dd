/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include "core/lines.h"

#include <errno.h>
#include <stdlib.h>

int service_open(struct service *s, const struct service_ops *ops,
	const struct service_config *config)
{
	int error = 0;

	*s = (struct service){.ops = ops};
	if (ops->size) {
		s->self = lines_alloc(1, ops->size);
		if (!s->self)
			error = -ENOMEM;
	}
	if (!error && ops->init)
		error = ops->init(s->self, config);
	if (error)
		service_close(s);
	return error;
}

void service_close(struct service *s)
{
	if (s->ops && s->ops->fini)
		s->ops->fini(s->self);
	free(s->self);
	*s = (struct service){0};
}
