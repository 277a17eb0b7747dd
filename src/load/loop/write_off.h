/* SPDX-License-Identifier: MIT */
/* Replies that have stopped. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* Where the flow's replies have stopped for as long as one is awaited, what is
 * in flight is awaited no longer: its number; else 0. */
uint64_t write_off(struct load_thread *t, struct flow *f);
