/* SPDX-License-Identifier: MIT */
#include "cli/print/block.h"

#include <criterion/criterion.h>
#include <string.h>

static struct block shown;
static struct lines l;
static char text[LINES_MAX * LINES_BYTES * 2];

/* So many lines of so many columns. */
static void draw(unsigned count, unsigned columns, unsigned width)
{
	lines_init(&l, 240, false, false);
	for (unsigned i = 0; i < count; i++) {
		lines_begin(&l, 0, NULL);
		cr_assert(lines_add(&l, NULL, "%.*s", (int)columns,
			"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"
			"z"));
	}
	cr_assert(block_compose(&shown, &l, width, text, sizeof(text)));
}

Test(block, is_drawn_where_the_cursor_is)
{
	draw(2, 3, 80);
	cr_assert(strcmp(text, "abc\033[K\nabc\033[K\n") == 0);
}

Test(block, is_drawn_over_itself)
{
	draw(2, 3, 80);
	draw(2, 4, 80);
	cr_assert(strcmp(text, "\r\033[2Aabcd\033[K\nabcd\033[K\n") == 0);
}

Test(block, that_is_lower_leaves_nothing_behind)
{
	draw(3, 3, 80);
	draw(1, 3, 80);
	cr_assert(strcmp(text, "\r\033[3Aabc\033[K\n\033[K\n\033[K\n\033[2A") ==
		  0);
	draw(1, 3, 80);
	cr_assert(strncmp(text, "\r\033[1A", 5) == 0);
}

Test(block, may_have_wrapped)
{
	draw(2, 30, 80);
	draw(2, 10, 20);
	cr_assert(strncmp(text, "\r\033[4A", 5) == 0, "%s", text + 1);
}

Test(block, that_is_removed_leaves_the_cursor_where_it_began)
{
	draw(2, 3, 80);
	draw(0, 0, 80);
	cr_assert(strcmp(text, "\r\033[2A\033[K\n\033[K\n\033[2A") == 0);
	draw(0, 0, 80);
	cr_assert(strcmp(text, "") == 0);
}

Test(block, without_room_is_not_drawn)
{
	draw(2, 3, 80);
	cr_assert(!block_compose(&shown, &l, 80, text, 10));
}
