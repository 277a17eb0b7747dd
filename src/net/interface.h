/* SPDX-License-Identifier: MIT */
/* The addresses of this host's interfaces, in this network namespace
 * (getifaddrs(3)). */
#pragma once

#include "core/address.h"

#include <stdbool.h>

/*
 * Is a, whatever its port, the address of an interface? False for multicast and
 * broadcast addresses, even 127.255.255.255, and if the interfaces cannot be
 * read.
 */
bool interface_has(const union address *a);

/* The opposite, but false, too, if the interfaces cannot be read. */
bool interface_lacks(const union address *a);

/* Is a a loopback address or the address of an interface, so that what is sent
 * there stays on this host? */
bool interface_owns(const union address *a);

/* Is a the broadcast address of a network that there is a route to? Sending
 * there needs SO_BROADCAST; without it the kernel says "Permission denied". */
bool interface_broadcasts(const union address *a);

/* The index of the interface with address a; 0 if there is none. */
unsigned interface_index(const union address *a);
