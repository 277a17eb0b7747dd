/* SPDX-License-Identifier: MIT */
/*
 * Neighbours that do not answer: what is sent to one waits for its link-layer
 * address (arp(7), RFC 4861) in the kernel's queue, and is charged to the
 * socket's send buffer for the three seconds that it is asked for.
 */
#pragma once

#include "core/address.h"

#include <stdint.h>

/* Called with each; its port is 0. */
typedef void neighbour_fn(void *arg, const union address *neighbour);

/* All of this network namespace, of both families, whose address is being asked
 * for, or was asked for in vain. Their number, or -errno. */
int neighbours_unresolved(neighbour_fn *each, void *arg);
