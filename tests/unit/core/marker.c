/* SPDX-License-Identifier: MIT */
#include "core/marker.h"

#include <criterion/criterion.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct code_case {
	uint8_t instruction[10];
	size_t bytes;
	int code;
};

static const struct code_case codes[] = {
	{{0x0f, 0x1f, 0x84, 0, 0x01, 'm', 'd', 'u'}, 8, MARKER_BEGINS},
	{{0x0f, 0x1f, 0x84, 0, 0x12, 'm', 'd', 'u'}, 8, MARKER_MARK + 2},
	{{0x0f, 0x1f, 0x84, 0, 0xff, 'm', 'd', 'u'}, 8, 0xff},
	/* The NOP that compilers pad with. */
	{{0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0}, 8, MARKER_NONE},
	{{0x0f, 0x1f, 0x84, 0, 0x01, 'm', 'd', 'U'}, 8, MARKER_NONE},
	{{0x0f, 0x1f, 0x84, 1, 0x01, 'm', 'd', 'u'}, 8, MARKER_NONE},
	/* Another length is another instruction. */
	{{0x0f, 0x1f, 0x84, 0, 0x01, 'm', 'd'}, 7, MARKER_NONE},
	{{0x66, 0x0f, 0x1f, 0x84, 0, 0x01, 'm', 'd', 'u'}, 9, MARKER_NONE},
	{{0}, 0, MARKER_NONE},
};

Test(marker, codes_are_read_from_the_instruction)
{
	for (size_t i = 0; i < COUNT(codes); i++) {
		const struct code_case *c = &codes[i];
		int code = marker_code(c->instruction, c->bytes);

		cr_assert(code == c->code, "case %zu", i);
	}
}

#if MARKER_SUPPORTED
static __attribute__((noinline)) void mark_some(void)
{
	MARKER(MARKER_BEGINS);
	MARKER(MARKER_MARK + 1);
	MARKER(MARKER_MARK + 1);
	MARKER(MARKER_ENDS);
}

/* How often the code of mark_some() has this mark in it, up to its last one. */
static int times(int code)
{
	const uint8_t *text = (const uint8_t *)(uintptr_t)mark_some;
	int found = 0, here = MARKER_NONE;

	for (int i = 0; i < 256 && here != MARKER_ENDS; i++) {
		here = marker_code(text + i, MARKER_BYTES);
		found += here == code;
	}
	return found;
}

Test(marker, marks_stand_in_the_code)
{
	mark_some();
	cr_assert(times(MARKER_BEGINS) == 1);
	cr_assert(times(MARKER_MARK) == 0);
	cr_assert(times(MARKER_MARK + 1) == 2);
	cr_assert(times(MARKER_ENDS) == 1);
}
#endif

Test(marker, marks_have_no_effect)
{
	marker_workload_begins();
	for (unsigned mark = 0; mark <= MARKER_MARKS; mark++)
		marker_mark(mark);
	marker_workload_ends();
}
