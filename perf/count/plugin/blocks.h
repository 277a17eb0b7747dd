/* SPDX-License-Identifier: MIT */
/*
 * How often each block of instructions was executed, by task. A block is known
 * by its address and its length: translated again, after QEMU has thrown away
 * its translations or because it has to stop in the middle, it is found again.
 * Nothing is ever freed, since translations keep pointers to the blocks.
 *
 * A string instruction with a prefix that repeats it is executed once, whatever
 * the number of its iterations. QEMU ends a block with it, and runs each
 * further iteration as a block of its own, in which there is nothing else. So
 * such a block is a further iteration if its task has begun the instruction and
 * has not got beyond it, even if an interrupt came between two iterations.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tally {
	uint64_t executions;
	uint64_t iterations; /* further ones, of a string instruction */
	bool inside;         /* has begun that instruction and not left it */
};

struct block {
	struct tally *tallies; /* by task */
	uint32_t tasks;        /* how many there is room for */
	uint32_t instructions;
	struct block *string; /* the string instruction at its end, or NULL */
	struct block *left;   /* the one that ends where this begins */
	uint64_t address;
	struct block *older;  /* all blocks */
	struct block *beside; /* all blocks at this address */
};

/* Finds the block, or makes one. string: its last instruction, as the block
 * that block_of_string() returned, or NULL. */
struct block *block_of(
	uint64_t address, uint32_t instructions, struct block *string);

/* The string instruction at this address. */
struct block *block_of_string(uint64_t address, size_t bytes);

/* The newest block; the others follow by older. */
struct block *blocks_newest(void);

/* Forgets the executions and iterations. */
void blocks_clear(void);

/* Forgets who is inside of a string instruction. */
void blocks_leave(void);

/* Makes room for a task. */
void block_grow(struct block *b, uint32_t task);

/* The execution of a block that has to do with a string instruction. */
void block_step(struct block *b, uint32_t task);

static inline struct tally *block_tally(struct block *b, uint32_t task)
{
	if (task >= b->tasks)
		block_grow(b, task);
	return &b->tallies[task];
}

static inline void block_execute(struct block *b, uint32_t task)
{
	if (b->string || b->left)
		block_step(b, task);
	else
		block_tally(b, task)->executions++;
}
