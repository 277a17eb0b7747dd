/* SPDX-License-Identifier: MIT */
/*
 * The terminal, and all that is known of ncurses: screen_curses.c draws with
 * it, and screen_none.c takes its place in a build without it. There is one
 * screen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum look {
	LOOK_PLAIN,
	LOOK_DIM,
	LOOK_BOLD,
	LOOK_TITLE,  /* of a table's columns */
	LOOK_SORTED, /* the same, of the one that the table is sorted by */
	LOOK_KEY,
	LOOK_GOOD,
	LOOK_WARN,
	LOOK_BAD,
	LOOK_IN, /* graphs of what comes in, and goes out */
	LOOK_OUT,
	LOOKS,
	LOOK_SELECTED = 0x100, /* may be added to any of them */
};

/* Keys that are not characters. */
enum screen_key {
	SCREEN_NOTHING = -1,
	SCREEN_UP = 0x200,
	SCREEN_DOWN,
	SCREEN_LEFT,
	SCREEN_RIGHT,
	SCREEN_PAGE_UP,
	SCREEN_PAGE_DOWN,
	SCREEN_HOME,
	SCREEN_END,
	SCREEN_ENTER,
	SCREEN_ESCAPE,
	SCREEN_BACKSPACE,
	SCREEN_HELP, /* F1 */
	SCREEN_QUIT, /* F10 */
	SCREEN_REDRAW,
};

/* NULL if this build has a screen; else a sentence on what to do. */
const char *screen_missing(void);

/*
 * Takes over the terminal at standard input and output, which must be one. Once
 * it has succeeded, screen_close() must be called before the program ends. 0;
 * or -ENOTSUP, and a clause in why: the terminal cannot do what is needed.
 */
int screen_open(char *why, size_t why_bytes);
void screen_close(void);

void screen_size(int *rows, int *columns);

/* Adapts to the terminal's size after it has changed. */
void screen_resize(void);

/* Gives the terminal back for a while. The next screen_show() takes it over
 * again, with everything drawn anew. */
void screen_leave(void);

/* A key that was pressed, an ASCII character or an enum screen_key; or
 * SCREEN_NOTHING. Does not wait. */
int screen_key(void);

/* Drawing: erase, put, show. Text is printable ASCII; it is cut, or filled up
 * with blanks, to width. Nothing is drawn outside of the screen. */
void screen_erase(void);
void screen_put(
	int row, int column, int width, unsigned look, const char *text);
void screen_show(void);

/* One cell each, filled by eighths (spark.h): from below, or from the left. */
enum screen_fill { SCREEN_FROM_BELOW, SCREEN_FROM_LEFT };
void screen_put_cells(int row, int column, int width, unsigned look,
	const uint8_t *cells, enum screen_fill fill);
