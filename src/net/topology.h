/* SPDX-License-Identifier: MIT */
/*
 * The CPUs of this host, and what they share, by hwloc. It is loaded only when
 * it is needed, since it brings others. As hwloc(7) says, HWLOC_XMLFILE or
 * HWLOC_SYNTHETIC in the environment stand in for the host.
 */
#pragma once

#include "net/affinity.h"

#include <stdbool.h>
#include <stddef.h>

struct topology_cpu {
	unsigned short cpu; /* as the kernel numbers it */
	/* Numbered by hwloc over the host, from 0. */
	unsigned short core, package;
	unsigned short thread; /* among the CPUs of the core, from 0 */
	short node;            /* NUMA, as the kernel numbers it; -1: none */
};

struct topology {
	unsigned count;
	struct topology_cpu cpu[AFFINITY_CPUS_MAX];
};

/* Can this build ask? */
bool topology_supported(void);

/* device: a network device, or NULL. *device_node: the NUMA node that it is at;
 * -1: not known. 0; or -errno and one line in why. */
int topology_read(struct topology *out, const char *device, int *device_node,
	char *why, size_t why_bytes);
