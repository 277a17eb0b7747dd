/* SPDX-License-Identifier: MIT */
/*
 * A block of lines on a terminal that is drawn again in place, at the end of
 * what was printed: standard error has one. Only cursor movements are used, so
 * that what was printed before stays where it is, and an interrupted program
 * leaves nothing to repair. The cursor rests below the block.
 */
#pragma once

#include "cli/print/lines.h"

#include <stdio.h>

/* What a terminal shows of a block. */
struct block {
	unsigned count; /* lines; 0: none */
	unsigned columns[LINES_MAX];
};

/*
 * Writes what turns the block on a terminal into these lines, and *b into its
 * new state. width: of the terminal as of now; lines that were wider have
 * wrapped. Returns false if it does not fit into text.
 */
bool block_compose(struct block *b, const struct lines *l, unsigned width,
	char *text, size_t room);

/* Can a block be drawn: is it a terminal that understands escapes, and large
 * enough? */
bool block_possible(FILE *out);

/* The size of the terminal, or 80 by 24 if it does not tell. */
void block_size(FILE *out, unsigned *columns, unsigned *rows);

/* Draws these lines in place of those before. By any thread. */
void block_draw(const struct lines *l);

/* The run was told to end. From now on a SIGCONT does not mean that it was
 * stopped: timeout(1) and others send one after the signal that ends it. May be
 * called by a signal handler. */
void block_end(void);

/* Removes the block, to print something else; until block_back() nobody else
 * draws. The next block is drawn below. */
void block_aside(void);
void block_back(void);

/* Leaves it as it is: what is printed next stands below. */
void block_leave(void);
