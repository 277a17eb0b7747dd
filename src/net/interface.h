/* SPDX-License-Identifier: MIT */
/* The addresses of this host's interfaces, in this network namespace
 * (getifaddrs(3)). */
#pragma once

#include "core/address.h"

#include <stdbool.h>

/*
 * Is a, but for its port, the address of an interface? Not that of a group: a
 * broadcast address is none, also 127.255.255.255. Where the interfaces cannot
 * be read nothing is.
 */
bool interface_has(const union address *a);

/* Is a loopback, or the address of an interface? What is sent there stays on
 * this host. */
bool interface_owns(const union address *a);

/* Is a the broadcast address of a network that there is a route to? Such a one
 * takes SO_BROADCAST, and without it the kernel says "Permission denied". */
bool interface_broadcasts(const union address *a);

/* The index of that interface; 0 where there is none. */
unsigned interface_index(const union address *a);
