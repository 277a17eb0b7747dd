/* SPDX-License-Identifier: MIT */
/* Sends probes. Sequence numbers advance only by what the kernel took. Private
 * to load/. */
#pragma once

#include "load/loop/thread.h"

/* Writes and sends an order. Returns the number of datagrams taken; 0 also if a
 * count is used up. Sets t->given_up to the number of the order's datagrams
 * that can never be sent. */
uint32_t send_order(struct load_thread *t, const struct order *order);
