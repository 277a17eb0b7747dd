/* SPDX-License-Identifier: MIT */
/*
 * The counters of one worker: one writer, any number of readers in any process.
 * A reader may see one counter of a batch updated and another not yet, but
 * never a torn value.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum counter_id {
#define COUNTER(id, name, kind, unit, help) COUNTER_##id,
#include "core/counters.def"
#undef COUNTER
	COUNTER_COUNT
};

enum counter_kind { COUNTER_KIND_COUNTER, COUNTER_KIND_GAUGE };

struct counter_description {
	const char *name, *unit, *help;
	enum counter_kind kind;
};

/* Indexed by enum counter_id. */
extern const struct counter_description counter_table[COUNTER_COUNT];

struct counters {
	_Alignas(64) _Atomic uint64_t value[COUNTER_COUNT];
};

/* By the one writer only, which therefore needs no locked instruction. */
static inline void counter_add(
	struct counters *c, enum counter_id id, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&c->value[id], memory_order_relaxed);

	atomic_store_explicit(&c->value[id], v + n, memory_order_relaxed);
}

static inline void counter_set(
	struct counters *c, enum counter_id id, uint64_t v)
{
	atomic_store_explicit(&c->value[id], v, memory_order_relaxed);
}

static inline uint64_t counter_get(const struct counters *c, enum counter_id id)
{
	return atomic_load_explicit(&c->value[id], memory_order_relaxed);
}

/* The send_failed_* counter for a -errno of sendmsg. */
enum counter_id counter_of_send_error(int error);
