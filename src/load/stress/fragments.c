/* SPDX-License-Identifier: MIT */
#include "load/stress/forge.h"
#include "load/stress/stresses.h"

#include <string.h>

/* Four pieces, of which the last is shorter and the others are multiples of
 * 8. */
#define PIECE   1024
#define PIECES  4
#define PAYLOAD 3800

static void piece(struct forge *f, uint32_t n, uint32_t whole)
{
	uint32_t at = n * PIECE, left = whole - at;

	forge_piece(f, at, left < PIECE ? left : PIECE, left > PIECE);
}

static void in_order(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	for (uint32_t i = 0; i < PIECES; i++)
		piece(f, i, whole);
}

static void reversed(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	for (uint32_t i = PIECES; i-- > 0;)
		piece(f, i, whole);
}

static void shuffled(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD), order[PIECES];

	for (uint32_t i = 0; i < PIECES; i++) {
		uint64_t k =
			lab_draw(f->lab, f->sequence * PIECES + i) % (i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (uint32_t i = 0; i < PIECES; i++)
		piece(f, order[i], whole);
}

static void tiny(struct forge *f)
{
	uint32_t whole = forge_udp(f, 120);

	for (uint32_t at = 0; at < whole; at += 8)
		forge_piece(f, at, 8, at + 8 < whole);
}

/* The longest possible datagram, in pieces that fit any link. */
static void longest(struct forge *f)
{
	uint32_t whole = forge_udp(f, f->lab->v6 ? 65527 : 65507);

	for (uint32_t at = 0; at < whole; at += PIECE) {
		uint32_t left = whole - at;

		forge_piece(f, at, left < PIECE ? left : PIECE, left > PIECE);
	}
}

/* All pieces but the last twice: the last completes the packet, and a copy of
 * it would begin a new one. */
static void twice(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	for (uint32_t i = 0; i < PIECES; i++) {
		piece(f, i, whole);
		if (i + 1 < PIECES)
			piece(f, i, whole);
	}
}

/* The second piece begins 8 bytes early, with other bytes there. */
static void overlapping(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);
	uint8_t *at = f->datagram + PIECE - 8;

	piece(f, 0, whole);
	for (int i = 0; i < 8; i++)
		at[i] ^= 0xff;
	forge_piece(f, PIECE - 8, PIECE + 8, true);
	for (int i = 0; i < 8; i++)
		at[i] ^= 0xff;
	piece(f, 2, whole);
	piece(f, 3, whole);
}

static void with_a_hole(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	for (uint32_t i = 0; i < PIECES; i++)
		if (i != 1)
			piece(f, i, whole);
}

/* The last piece ends beyond the longest possible packet. */
static void too_long(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	piece(f, 0, whole);
	memcpy(f->datagram + 65528, f->datagram + 8, 512);
	forge_piece(f, 65528, 512, false);
}

/* Two last fragments that end at different places. */
static void two_ends(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	piece(f, 3, whole);
	forge_piece(f, 2 * PIECE, PIECE, false);
	piece(f, 0, whole);
	piece(f, 1, whole);
}

static void odd(struct forge *f)
{
	uint32_t whole = forge_udp(f, PAYLOAD);

	forge_piece(f, 0, PIECE - 3, true);
	piece(f, 1, whole);
	piece(f, 2, whole);
	piece(f, 3, whole);
}

/* An atomic fragment: a fragment header on a whole datagram (RFC 6946). */
static void atomic(struct forge *f)
{
	forge_piece(f, 0, forge_udp(f, 512), false);
}

/* Incomplete datagrams: few enough that the kernel does not give up the first
 * when fragments of the last come (net.ipv4.ipfrag_max_dist). */
#define HELD 16

static const struct forge_case cases[] = {
	{"in order", "RFC 791: reassembled", FORGE_DELIVERED, true, FORGE_V4,
		in_order},
	{"in order", "RFC 8200 4.5: reassembled", FORGE_DELIVERED, true,
		FORGE_V6, in_order},
	{"reversed", "IP keeps no order: reassembled", FORGE_DELIVERED, true,
		FORGE_BOTH, reversed},
	{"shuffled", "IP keeps no order: reassembled", FORGE_DELIVERED, true,
		FORGE_BOTH, shuffled},
	{"of 8 bytes each", "RFC 791: reassembled", FORGE_DELIVERED, false,
		FORGE_BOTH, tiny},
	{"of the longest", "reassembled", FORGE_DELIVERED, false, FORGE_BOTH,
		longest, 0, 4},
	{"one, atomic", "RFC 6946: delivered", FORGE_DELIVERED, true, FORGE_V6,
		atomic},
	{"some of them twice", "Linux: the copy is ignored", FORGE_DELIVERED,
		false, FORGE_BOTH, twice},
	{"overlapping", "Linux, as RFC 5722: all of it dropped", FORGE_DROPPED,
		true, FORGE_V4, overlapping, 0, HELD, 2 * PIECE - 8},
	{"overlapping", "RFC 5722, RFC 8200 4.5: all of it dropped",
		FORGE_DROPPED, true, FORGE_V6, overlapping, 0, HELD,
		2 * PIECE - 8},
	{"one missing", "held for a while, never delivered", FORGE_DROPPED,
		true, FORGE_BOTH, with_a_hole, 0, HELD, PIECE - 8},
	{"beyond 65535", "RFC 791, no such packet: dropped", FORGE_DROPPED,
		true, FORGE_V4, too_long, 0, HELD, PIECE - 8},
	{"beyond 65535", "RFC 8200 4.5: dropped", FORGE_DROPPED, true, FORGE_V6,
		too_long, 0, HELD, PIECE - 8},
	{"with two ends", "contradictory: dropped", FORGE_DROPPED, false,
		FORGE_BOTH, two_ends, 0, HELD, 2 * PIECE - 8},
	{"no multiple of 8", "RFC 8200 4.5: dropped", FORGE_DROPPED, true,
		FORGE_V6, odd, 0, HELD, PIECE - 8},
	{"no multiple of 8", "Linux cuts it, a hole: dropped", FORGE_DROPPED,
		true, FORGE_V4, odd, 0, HELD, PIECE - 8},
};

static void run(struct stress_lab *lab)
{
	forge_run(lab, cases, sizeof(cases) / sizeof(cases[0]));
}

const struct stress stress_fragments = {
	.name = "fragments",
	.brief = "fragments in any order, overlapping, missing, too long",
	.needs = STRESS_OWN | STRESS_RAW | STRESS_WITNESS,
	.weight = 1,
	.run = run,
};
