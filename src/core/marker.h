/* SPDX-License-Identifier: MIT */
/*
 * Marks in the instruction stream, for "udpmill perf count": an instruction
 * that does nothing, with a number in it. The plugin of the emulator
 * (perf/count/plugin) counts from one mark to the next. A processor runs them
 * like any other instruction without effect.
 *
 * A mark is a long NOP, nopl DISP32(%rax,%rax,1), which touches no memory; the
 * displacement is MARKER_MAGIC plus the mark's code. All that depends on the
 * processor is in this file.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The codes. Windows are begun and ended by marks 0, 1 and 2: window 1 lies
 * between 0 and 1, window 2 between 1 and 2. */
#define MARKER_BEGINS 0x01 /* a workload begins */
#define MARKER_ENDS   0x02 /* a workload ends */
#define MARKER_MARK   0x10 /* plus the number of the mark */
#define MARKER_MARKS  3    /* marks of a workload */

#define MARKER_NONE (-1) /* no mark */

#define MARKER_BYTES 8
#define MARKER_MAGIC 0x75646d00u /* the lowest byte is the code */

#if defined(__x86_64__)
#define MARKER_SUPPORTED 1
/* code is a constant. Memory is listed, so that no store moves past it. */
#define MARKER(code)                                                           \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0"           \
			 :                                                     \
			 : "i"(MARKER_MAGIC | (code))                          \
			 : "memory")
#else
#define MARKER_SUPPORTED 0
#define MARKER(code)     ((void)(code))
#endif

static inline void marker_workload_begins(void)
{
	MARKER(MARKER_BEGINS);
}

static inline void marker_workload_ends(void)
{
	MARKER(MARKER_ENDS);
}

/* Executes mark 0, 1 or 2; any other number is ignored. */
static inline void marker_mark(unsigned number)
{
	switch (number) {
	case 0:
		MARKER(MARKER_MARK);
		break;
	case 1:
		MARKER(MARKER_MARK + 1);
		break;
	case 2:
		MARKER(MARKER_MARK + 2);
		break;
	}
}

/* The code of the mark that this instruction of an x86-64 is, or MARKER_NONE,
 * for those who read the program instead of running it. */
static inline int marker_code(const uint8_t *instruction, size_t bytes)
{
	static const uint8_t nopl[] = {0x0f, 0x1f, 0x84, 0x00};
	static const uint8_t magic[] = {
		MARKER_MAGIC >> 8 & 0xff,
		MARKER_MAGIC >> 16 & 0xff,
		MARKER_MAGIC >> 24,
	};

	if (bytes != MARKER_BYTES ||
		memcmp(instruction, nopl, sizeof(nopl)) != 0 ||
		memcmp(instruction + 5, magic, sizeof(magic)) != 0)
		return MARKER_NONE;
	return instruction[4];
}
