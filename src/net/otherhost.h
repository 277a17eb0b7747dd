/* SPDX-License-Identifier: MIT */
/* Packets to another station that the stack dropped (rtnetlink(7)). */
#pragma once

#include <stdint.h>

/*
 * Sums rx_otherhost_dropped over the devices of a namespace, but not the
 * loopback device: packets of IP to a link-layer address that is not the
 * device's. Linux 5.19; 0 before. fd: of qdisc_open(). 0 or -errno, and then
 * *packets is 0.
 */
int otherhost_read(int fd, uint64_t *packets);
