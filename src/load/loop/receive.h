/* SPDX-License-Identifier: MIT */
/* A flow's way home: every reply is checked. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Waits up to timeout_ns for something to come; takes and checks what one flow
 * has, a few batches at most. The flow that may send for it; NULL: nothing
 * came. t->now_ns is when it came; where nothing did and timeout_ns is 0, it is
 * read seldom. */
struct flow *receive_next(struct load_thread *t, uint64_t timeout_ns);
