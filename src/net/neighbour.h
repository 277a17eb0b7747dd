/* SPDX-License-Identifier: MIT */
/*
 * Neighbours that do not answer: datagrams to one wait in the kernel for its
 * link-layer address (arp(7), RFC 4861), and are charged to the socket's send
 * buffer for the three seconds that the kernel keeps asking.
 */
#pragma once

#include "core/address.h"

#include <stdint.h>

/* Called with each neighbour; its port is 0. */
typedef void neighbour_fn(void *arg, const union address *neighbour);

/* Calls each for all neighbours in this network namespace, of both families,
 * whose link-layer address is being requested, or was requested in vain.
 * Returns their number, or -errno. */
int neighbours_unresolved(neighbour_fn *each, void *arg);

/* The link-layer address of a neighbour of a device, as the kernel knows it. 0;
 * or -errno: -ENOENT it does not. */
int neighbour_read(uint8_t mac[6], int device, const union address *a);

/* The same. If it is not known, has the kernel ask for it (which needs
 * CAP_NET_ADMIN), and waits up to a second. 0; or -errno: -EHOSTUNREACH it did
 * not answer. */
int neighbour_resolve(uint8_t mac[6], int device, const union address *a);
