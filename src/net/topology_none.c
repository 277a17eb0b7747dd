/* SPDX-License-Identifier: MIT */
/* For builds without hwloc. */
#include "net/topology.h"

#include <errno.h>
#include <stdio.h>

bool topology_supported(void)
{
	return false;
}

int topology_read(struct topology *out, const char *device, int *device_node,
	char *why, size_t why_bytes)
{
	(void)out;
	(void)device;
	*device_node = -1;
	snprintf(why, why_bytes, "this build has no hwloc");
	return -ENOPKG;
}
