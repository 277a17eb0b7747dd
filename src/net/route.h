/* SPDX-License-Identifier: MIT */
/* Looks up this namespace's routes (rtnetlink(7)). */
#pragma once

#include "core/address.h"

/* The index of the device by which datagrams to a peer leave; from: their
 * source, AF_UNSPEC if the kernel chooses it. Or -errno: -ENETUNREACH if there
 * is no route. */
int route_device(const union address *to, const union address *from);
