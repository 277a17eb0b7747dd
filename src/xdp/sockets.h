/* SPDX-License-Identifier: MIT */
/* The AF_XDP sockets of other programs. Private to xdp/. */
#pragma once

#include <stdint.h>

/* How many AF_XDP sockets are open in this thread's network namespace, our own
 * included; UINT32_MAX: the kernel does not say. */
uint32_t xdp_sockets_open(void);
