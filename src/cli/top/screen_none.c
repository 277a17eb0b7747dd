/* SPDX-License-Identifier: MIT */
/* Replaces screen_curses.c in a build without ncurses. */
#include "cli/top/screen.h"

#include <errno.h>
#include <stdio.h>

const char *screen_missing(void)
{
	return "this build has no top; install libncurses-dev and build again, "
	       "or use \"udpmill stat --watch\"";
}

int screen_open(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "this build has no screen");
	return -ENOTSUP;
}

void screen_close(void)
{
}

void screen_size(int *rows, int *columns)
{
	*rows = 0;
	*columns = 0;
}

void screen_resize(void)
{
}

void screen_leave(void)
{
}

int screen_key(void)
{
	return SCREEN_NOTHING;
}

void screen_erase(void)
{
}

void screen_put(int row, int column, int width, unsigned look, const char *text)
{
	(void)row;
	(void)column;
	(void)width;
	(void)look;
	(void)text;
}

void screen_show(void)
{
}

void screen_put_cells(int row, int column, int width, unsigned look,
	const uint8_t *cells, enum screen_fill fill)
{
	(void)row;
	(void)column;
	(void)width;
	(void)look;
	(void)cells;
	(void)fill;
}
