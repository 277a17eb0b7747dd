/* SPDX-License-Identifier: MIT */
#include "load/engine/registry.h"

#include "load/engine/engines.h"

#include <stddef.h>
#include <string.h>

const struct engine_ops *const engine_table[] = {
	&engine_mmsg,
#ifdef HAVE_URING
	&engine_uring,
#endif
	&engine_zerocopy,
	&engine_splice,
#ifdef HAVE_XDP
	&engine_xdp,
	&engine_kernel,
#endif
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

	/* Frames past the sockets are only sent if the user asks for it. */
	for (size_t i = 0; engine_table[i]; i++)
		if (!(engine_table[i]->can & ENGINE_FRAMES) &&
			(engine_table[i]->can & can) == can &&
			engine_table[i]->probe(why, sizeof(why)) == 0)
			return engine_table[i];
	return &engine_mmsg;
}
