/* SPDX-License-Identifier: MIT */
#include "backend/registry.h"

#include "backend/backends.h"

#include <stddef.h>
#include <string.h>

/* In the order in which auto tries them: the fastest first, as `udpmill perf
 * run` measures them and `perf count` explains (decision 64 in
 * ARCHITECTURE.md), and last the one that always works. */
const struct backend_ops *const backend_table[] = {
	&backend_mmsg,
#ifdef HAVE_URING
	&backend_uring,
#endif
	&backend_recvfrom,
#ifdef HAVE_XDP
	/* Never by auto, which stops before it: it takes a device's traffic
	 * past the firewall. */
	&backend_xdp,
#endif
	NULL,
};

const struct backend_ops *backend_find(const char *name)
{
	for (size_t i = 0; backend_table[i]; i++)
		if (strcmp(backend_table[i]->name, name) == 0)
			return backend_table[i];
	return NULL;
}

const struct backend_ops *backend_connecting(void)
{
	return &backend_connected;
}

const struct backend_ops *backend_auto(void)
{
	char why[256];

	for (size_t i = 0; backend_table[i]; i++)
		if (backend_table[i]->probe(why, sizeof(why)) == 0)
			return backend_table[i];
	return &backend_recvfrom;
}
