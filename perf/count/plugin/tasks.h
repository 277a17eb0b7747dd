/* SPDX-License-Identifier: MIT */
/*
 * Numbers for tasks: a task is known by the address of its saved stack pointer,
 * which its kernel never moves. A task that ends may leave that address to a
 * new one, which then counts as the same.
 */
#pragma once

#include "x86.h"

#include <stdbool.h>
#include <stdint.h>

/* Is the instruction at this address the one that loads the next task's stack
 * pointer? Asked for each instruction, in their order. It may begin a block
 * that the one before it has ended, so that is remembered. */
bool task_switches(uint64_t address, const struct x86 *i);

/* The number of this task: 0 for address 0, and from 1 on in the order in which
 * they are asked for. */
uint32_t task_number(uint64_t address);
