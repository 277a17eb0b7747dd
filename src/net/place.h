/* SPDX-License-Identifier: MIT */
/* In which order a host's CPUs are given to workers. Only arithmetic. */
#pragma once

#include "net/topology.h"

/*
 * Leaves in t the CPUs that are allowed, in the order in which workers get
 * them: one of each core before any of its siblings; of these, those of the
 * NUMA node first (-1: no node is preferred); then by node, core and number.
 */
void place_order(struct topology *t, const struct cpu_list *allowed, int node);
