/* SPDX-License-Identifier: MIT */
/* Drives a run from its first datagram to the end of its window. Private to
 * load/. */
#pragma once

#include "load/loop/interval.h"

static inline void load_set_phase(struct load *l, enum load_phase phase)
{
	atomic_store_explicit(&l->shared.phase, phase, memory_order_relaxed);
}

/*
 * Drives warm-up and window, reports intervals and steps, and takes the moments
 * at the window's two ends. A run that ends in its warm-up, by a count or a
 * signal, counts as window from its start. If the server goes away, the run
 * ends.
 *
 * told: from intervals_begin(); begin: from before anything was sent.
 */
void drive(struct load *l, struct intervals *told, const struct moment *begin,
	struct moment *from, struct moment *to);
