/* SPDX-License-Identifier: MIT */
/* The instructions of x86-64 that the counting treats in a special way. Marks
 * are in core/marker.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define X86_TARGET "x86_64" /* what QEMU calls it */
#define X86_MOST   15       /* bytes of an instruction */
#define X86_PAGE   4096

struct x86 {
	size_t bytes;
	uint8_t byte[X86_MOST];
};

/* A string instruction with a prefix that repeats it, such as rep movsb. */
bool x86_repeats(const struct x86 *i);

/*
 * Linux stores the stack pointer of the task that it leaves, and loads that of
 * the next one, by two instructions that follow each other:
 *
 *     mov %rsp, OFFSET(%rdi)
 *     mov OFFSET(%rsi), %rsp
 *
 * The offset, or 0 if the instruction is another.
 */
uint32_t x86_saves_stack(const struct x86 *i);
uint32_t x86_loads_stack(const struct x86 *i);
