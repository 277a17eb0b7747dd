/* SPDX-License-Identifier: MIT */
#include "blocks.h"

#include "fatal.h"

#include <stdlib.h>
#include <string.h>

/* An address where blocks begin, or where a string instruction ends. */
struct place {
	uint64_t address;
	struct place *next; /* of the same hash */
	struct block *blocks;
	struct block *string; /* that ends here */
};

#define PLACES (1u << 16) /* a booted kernel has about as many */

static struct place *places[PLACES];
static struct block *newest;

static void *new (size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory)
		fatal("no memory for another %zu bytes", bytes);
	return memory;
}

static struct place *place_of(uint64_t address)
{
	uint64_t hash = address * 0x9e3779b97f4a7c15u >> 48;
	struct place **head = &places[hash % PLACES], *p;

	for (p = *head; p; p = p->next)
		if (p->address == address)
			return p;
	p = new (sizeof(*p));
	p->address = address;
	p->next = *head;
	*head = p;
	return p;
}

static struct block *add(
	struct place *p, uint32_t instructions, struct block *string)
{
	struct block *b = new (sizeof(*b));

	b->address = p->address;
	b->instructions = instructions;
	b->string = string;
	b->left = p->string;
	b->beside = p->blocks;
	p->blocks = b;
	b->older = newest;
	newest = b;
	return b;
}

struct block *block_of(
	uint64_t address, uint32_t instructions, struct block *string)
{
	struct place *p = place_of(address);

	for (struct block *b = p->blocks; b; b = b->beside)
		if (b->instructions == instructions && b->string == string)
			return b;
	return add(p, instructions, string);
}

struct block *block_of_string(uint64_t address, size_t bytes)
{
	struct place *p = place_of(address), *end = place_of(address + bytes);
	struct block *string = p->blocks;

	while (string && string->string != string)
		string = string->beside;
	if (!string) {
		string = add(p, 1, NULL);
		string->string = string;
	}
	end->string = string;
	for (struct block *b = end->blocks; b; b = b->beside)
		b->left = string;
	return string;
}

struct block *blocks_newest(void)
{
	return newest;
}

void blocks_clear(void)
{
	for (struct block *b = newest; b; b = b->older) {
		for (uint32_t i = 0; i < b->tasks; i++) {
			b->tallies[i].executions = 0;
			b->tallies[i].iterations = 0;
		}
	}
}

void blocks_leave(void)
{
	for (struct block *b = newest; b; b = b->older)
		for (uint32_t i = 0; i < b->tasks; i++)
			b->tallies[i].inside = false;
}

void block_grow(struct block *b, uint32_t task)
{
	uint32_t tasks = b->tasks ? b->tasks : 4;
	struct tally *tallies;

	while (tasks <= task)
		tasks *= 2;
	tallies = new (tasks * sizeof(*tallies));
	if (b->tasks)
		memcpy(tallies, b->tallies, b->tasks * sizeof(*tallies));
	free(b->tallies);
	b->tallies = tallies;
	b->tasks = tasks;
}

void block_step(struct block *b, uint32_t task)
{
	struct tally *t;

	if (b->left)
		block_tally(b->left, task)->inside = false;
	t = block_tally(b, task);
	if (b->string == b && t->inside) {
		t->iterations++;
		return;
	}
	t->executions++;
	if (b->string)
		block_tally(b->string, task)->inside = true;
}
