/* SPDX-License-Identifier: MIT */
/* Where this namespace's routes lead (rtnetlink(7)). */
#pragma once

#include "core/address.h"

/* The index of the device by which datagrams leave for a peer; from: their
 * source, AF_UNSPEC where it is the kernel's choice. Or -errno, -ENETUNREACH
 * where there is no route. */
int route_device(const union address *to, const union address *from);
