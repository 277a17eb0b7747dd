/* SPDX-License-Identifier: MIT */
/* Gives up waiting for replies that have stopped. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* If no reply has come for the timeout, writes off what the flow has in flight.
 * Returns how many datagrams; 0: none. */
uint64_t write_off(struct load_thread *t, struct flow *f);
