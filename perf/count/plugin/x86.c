/* SPDX-License-Identifier: MIT */
#include "x86.h"

#include <string.h>

#define REPNE 0xf2
#define REP   0xf3

static bool is_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26: /* segments */
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66: /* operand size */
	case 0x67: /* address size */
	case REPNE:
	case REP:
		return true;
	}
	return (byte & 0xf0) == 0x40; /* REX */
}

static bool is_string(uint8_t opcode)
{
	return (opcode >= 0x6c && opcode <= 0x6f) || /* ins, outs */
	       (opcode >= 0xa4 && opcode <= 0xa7) || /* movs, cmps */
	       (opcode >= 0xaa && opcode <= 0xaf);   /* stos, lods, scas */
}

bool x86_repeats(const struct x86 *i)
{
	bool repeats = false;
	size_t at = 0;

	for (; at < i->bytes && is_prefix(i->byte[at]); at++)
		repeats |= i->byte[at] == REP || i->byte[at] == REPNE;
	return repeats && at + 1 == i->bytes && is_string(i->byte[at]);
}

static uint32_t moves(const struct x86 *i, uint8_t direction, uint8_t registers)
{
	uint32_t offset;

	if (i->bytes != 7 || i->byte[0] != 0x48 || i->byte[1] != direction ||
		i->byte[2] != registers)
		return 0;
	memcpy(&offset, i->byte + 3, sizeof(offset));
	return offset;
}

uint32_t x86_saves_stack(const struct x86 *i)
{
	return moves(i, 0x89, 0xa7);
}

uint32_t x86_loads_stack(const struct x86 *i)
{
	return moves(i, 0x8b, 0xa6);
}
