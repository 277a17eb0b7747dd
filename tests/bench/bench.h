/* SPDX-License-Identifier: MIT */
/*
 * What a micro-benchmark is. Each measures code that makes no system call, over
 * the mem backend or the mem engine where it needs one, so that the figures are
 * this project's own and not the kernel's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a benchmark works on; what a kind does not use is 0. */
struct bench_shape {
	const char *service;
	uint32_t trains;   /* of a batch */
	uint32_t segments; /* of a train; 1: lone datagrams */
	uint32_t peers;    /* that the trains come from, in turn */
};

/* Bytes of each datagram. */
#define BENCH_BYTES 64

struct bench_kind {
	/* Sets *self up. 0 or -errno; close is called in either case. */
	int (*open)(const struct bench_shape *shape, void **self);
	/* Does the work so many times. Returns the number of items, which is
	 * what the time is divided by. */
	uint64_t (*run)(void *self, uint64_t times);
	/* NULL: nothing to do. self is NULL if open failed at once. */
	void (*close)(void *self);
};

struct bench {
	const char *group; /* what Meson runs on its own */
	const char *name;
	const char *item;
	/* The benchmark of the same group that does the same without what is
	 * measured; its time is subtracted. NULL: it is such a floor. */
	const char *floor;
	const struct bench_kind *kind;
	struct bench_shape shape;
};

extern const struct bench benches[];
extern const size_t bench_count;

/* core.c */
extern const struct bench_kind bench_empty, bench_probe_write,
	bench_probe_check, bench_histogram_record, bench_counter_add,
	bench_verify;
/* batch.c */
extern const struct bench_kind bench_prepare, bench_couple, bench_service;
/* worker.c */
extern const struct bench_kind bench_backend, bench_worker;
/* generator.c */
extern const struct bench_kind bench_engine_send, bench_engine_echo,
	bench_flood, bench_window;

/* Keeps the compiler from leaving out what wrote to p, and from knowing what is
 * there afterwards. */
static inline void bench_keep(const void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}
