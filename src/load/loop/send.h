/* SPDX-License-Identifier: MIT */
/* A flow's way out: numbers go on only by what the kernel took. Private to
 * load/. */
#pragma once

#include "load/loop/thread.h"

/* Writes and sends what is ordered: the number of datagrams that were taken; 0
 * where none is now, or none is left of a count. t->given_up says how many of
 * the order never will be. */
uint32_t send_order(struct load_thread *t, const struct order *order);
