/* SPDX-License-Identifier: MIT */
/* The terminal by ncurses. It installs no signal handlers that matter: all
 * signals that it cares for are blocked (events.c). */
#include "cli/top/screen.h"

#include "cli/print/style.h"
#include "cli/top/spark.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

/* Of term.h, a macro for each capability. */
#undef columns
#undef lines

/* How long after an escape the rest of a key's code may come, also over a slow
 * connection. */
#define ESCAPE_MS 100

static SCREEN *terminal;
static bool colours, blocks;
static attr_t looks[LOOKS];
static short pairs[LOOKS];

const char *screen_missing(void)
{
	return NULL;
}

/* What each look is with colours, and what without. */
static const struct {
	short text, ground; /* -1: the terminal's own */
	attr_t colour, plain;
} design[LOOKS] = {
	[LOOK_PLAIN] = {-1, -1, A_NORMAL, A_NORMAL},
	[LOOK_DIM] = {-1, -1, A_DIM, A_DIM},
	[LOOK_BOLD] = {-1, -1, A_BOLD, A_BOLD},
	[LOOK_TITLE] = {COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_REVERSE},
	[LOOK_SORTED] = {COLOR_BLACK, COLOR_CYAN, A_NORMAL,
		A_REVERSE | A_BOLD | A_UNDERLINE},
	[LOOK_KEY] = {COLOR_CYAN, -1, A_BOLD, A_BOLD},
	[LOOK_GOOD] = {COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
	[LOOK_WARN] = {COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
	[LOOK_BAD] = {COLOR_RED, -1, A_BOLD, A_BOLD | A_UNDERLINE},
	[LOOK_IN] = {COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
	[LOOK_OUT] = {COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
};

static void prepare_looks(void)
{
	short ground = COLOR_BLACK, text = COLOR_WHITE;

	colours = style_on(stdout) && has_colors() && start_color() == OK;
	if (colours && use_default_colors() == OK)
		ground = text = -1;
	for (short i = 0; i < LOOKS; i++) {
		looks[i] = colours ? design[i].colour : design[i].plain;
		pairs[i] = 0;
		if (!colours || (design[i].text < 0 && design[i].ground < 0))
			continue;
		pairs[i] = (short)(i + 1);
		init_pair(pairs[i], design[i].text < 0 ? text : design[i].text,
			design[i].ground < 0 ? ground : design[i].ground);
	}
}

/* The console's font has no eighths of cells. */
static bool has_blocks(void)
{
	const char *term = getenv("TERM");

	return style_utf8() && !(term && strcmp(term, "linux") == 0);
}

/* newterm() says no more, and leaks when it fails. */
static bool is_known(void)
{
	int error;

	if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

int screen_open(char *why, size_t why_bytes)
{
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	blocks = has_blocks();
	terminal = is_known() ? newterm(NULL, stdout, stdin) : NULL;
	if (!terminal || !tigetstr("cup")) {
		snprintf(why, why_bytes,
			terminal ? "the terminal \"%s\" cannot move its cursor"
				 : "the terminal \"%s\" is not in this host's "
				   "terminfo; "
				   "install ncurses-term, or set TERM=xterm",
			term ? term : "");
		screen_close();
		return -ENOTSUP;
	}
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	prepare_looks();
	screen_resize();
	return 0;
}

void screen_close(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void screen_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

void screen_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
		size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

void screen_leave(void)
{
	endwin();
}

static const struct {
	int code, key;
} keys[] = {
	{KEY_UP, SCREEN_UP},
	{KEY_DOWN, SCREEN_DOWN},
	{KEY_LEFT, SCREEN_LEFT},
	{KEY_RIGHT, SCREEN_RIGHT},
	{KEY_PPAGE, SCREEN_PAGE_UP},
	{KEY_NPAGE, SCREEN_PAGE_DOWN},
	{KEY_HOME, SCREEN_HOME},
	{KEY_END, SCREEN_END},
	{KEY_ENTER, SCREEN_ENTER},
	{'\r', SCREEN_ENTER},
	{'\n', SCREEN_ENTER},
	{033, SCREEN_ESCAPE},
	{KEY_BACKSPACE, SCREEN_BACKSPACE},
	{0177, SCREEN_BACKSPACE},
	{'\b', SCREEN_BACKSPACE},
	{KEY_F(1), SCREEN_HELP},
	{KEY_F(10), SCREEN_QUIT},
	{'L' & 037, SCREEN_REDRAW},
};

/* Others are skipped. */
int screen_key(void)
{
	int code;

	while ((code = getch()) != ERR) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (keys[i].code == code)
				return keys[i].key;
		if (code >= ' ' && code <= '~')
			return code;
	}
	return SCREEN_NOTHING;
}

void screen_erase(void)
{
	erase();
}

static void choose(unsigned look)
{
	unsigned i = look & ~(unsigned)LOOK_SELECTED;
	attr_t attributes = looks[i];

	if (look & LOOK_SELECTED)
		attributes = (attributes & ~(attr_t)A_DIM) | A_REVERSE;
	attr_set(attributes, pairs[i], NULL);
}

/* Cuts what lies outside. Is anything left? */
static bool clip(int row, int column, int *width)
{
	int rows, columns;

	screen_size(&rows, &columns);
	if (row < 0 || row >= rows || column < 0 || column >= columns)
		return false;
	if (*width > columns - column)
		*width = columns - column;
	return *width > 0;
}

void screen_put(int row, int column, int width, unsigned look, const char *text)
{
	int n;

	if (!clip(row, column, &width))
		return;
	n = (int)strnlen(text, (size_t)width);
	choose(look);
	mvaddnstr(row, column, text, n);
	for (; n < width; n++)
		addch(' ');
}

void screen_put_cells(int row, int column, int width, unsigned look,
	const uint8_t *cells, enum screen_fill fill)
{
	static const wchar_t unicode[][SPARK_FULL + 1] = {
		[SCREEN_FROM_BELOW] = {' ', 0x2581, 0x2582, 0x2583, 0x2584,
			0x2585, 0x2586, 0x2587, 0x2588},
		[SCREEN_FROM_LEFT] = {' ', 0x258f, 0x258e, 0x258d, 0x258c,
			0x258b, 0x258a, 0x2589, 0x2588},
	};
	static const char ascii[][SPARK_FULL + 2] = {
		[SCREEN_FROM_BELOW] = " .:-=+*%#",
		[SCREEN_FROM_LEFT] = " ----=###",
	};

	if (!clip(row, column, &width))
		return;
	choose(look);
	move(row, column);
	for (int i = 0; i < width; i++)
		if (blocks)
			addnwstr(&unicode[fill][cells[i]], 1);
		else
			addch((chtype)ascii[fill][cells[i]]);
}

/* The cursor waits in the last corner, where it disturbs least if it cannot be
 * hidden. */
void screen_show(void)
{
	choose(LOOK_PLAIN);
	refresh();
}
