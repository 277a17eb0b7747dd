/* SPDX-License-Identifier: MIT */
/* Receives and checks replies. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Waits up to timeout_ns for replies, then takes and checks those of one flow,
 * a few batches at most. Returns the flow that may send in return; NULL:
 * nothing came. Sets t->now_ns to the time of arrival; if nothing came and
 * timeout_ns is 0, only once in a while. */
struct flow *receive_next(struct load_thread *t, uint64_t timeout_ns);
