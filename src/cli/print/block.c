/* SPDX-License-Identifier: MIT */
#include "cli/print/block.h"

#include "cli/print/style.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

/* Escapes of a whole block, whose lines may have wrapped. */
#define ESCAPES (LINES_MAX * LINES_COLUMNS)

/* In less space there is nothing to be seen. */
#define LEAST_COLUMNS 20
#define LEAST_ROWS    3

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block shown;
/* The program was stopped, and a shell has printed below the block. */
static volatile sig_atomic_t continued;
/* The run ends. */
static volatile sig_atomic_t ending;

struct text {
	char *to;
	size_t room, bytes;
};

static __attribute__((format(printf, 2, 3))) void put(
	struct text *t, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(t->to + t->bytes, t->room - t->bytes, format, list);
	va_end(list);
	if (n > 0)
		t->bytes += (size_t)n;
	if (t->bytes >= t->room)
		t->bytes = t->room - 1;
}

/* Rows that the block has: a terminal that became narrower wraps its lines. */
static unsigned rows_of(const struct block *b, unsigned width)
{
	unsigned rows = 0;

	for (unsigned i = 0; i < b->count; i++)
		rows += b->columns[i] <= width
				? 1
				: (b->columns[i] + width - 1) / width;
	return rows;
}

/* Row by row: some terminals take a screen that is cleared at once into what
 * can be scrolled back to. */
static void put_empty(struct text *t, unsigned rows)
{
	for (unsigned i = 0; i < rows; i++)
		put(t, "\033[K\n");
	if (rows)
		put(t, "\033[%uA", rows);
}

bool block_compose(struct block *b, const struct lines *l, unsigned width,
	char *text, size_t room)
{
	struct text t = {text, room, 0};
	unsigned rows = rows_of(b, width);

	text[0] = '\0';
	/* Lines are overwritten rather than removed, which would flicker. */
	if (b->count)
		put(&t, "\r\033[%uA", rows);
	for (unsigned i = 0; i < l->count; i++) {
		put(&t, "%s\033[K\n", l->line[i].text);
		b->columns[i] = l->line[i].columns;
	}
	b->count = l->count;
	if (rows > l->count)
		put_empty(&t, rows - l->count);
	return t.bytes < room - 1;
}

void block_size(FILE *out, unsigned *columns, unsigned *rows)
{
	struct winsize size = {0};

	(void)ioctl(fileno(out), TIOCGWINSZ, &size);
	*columns = size.ws_col ? size.ws_col : 80;
	*rows = size.ws_row ? size.ws_row : 24;
}

static void note_continued(int sig)
{
	(void)sig;
	continued = 1;
}

bool block_possible(FILE *out)
{
	const struct sigaction sa = {
		.sa_handler = note_continued,
		.sa_flags = SA_RESTART,
	};
	unsigned columns, rows;

	if (!style_terminal(out))
		return false;
	block_size(out, &columns, &rows);
	if (columns < LEAST_COLUMNS || rows < LEAST_ROWS)
		return false;
	sigaction(SIGCONT, &sa, NULL);
	return true;
}

static void draw(const struct lines *l)
{
	char text[LINES_MAX * LINES_BYTES + ESCAPES] = "";
	unsigned columns, rows;

	if (continued && !ending)
		shown.count = 0;
	continued = 0;
	block_size(stderr, &columns, &rows);
	/* In one write, or it would flicker. */
	if (block_compose(&shown, l, columns, text, sizeof(text)))
		fputs(text, stderr);
	fflush(stderr);
}

void block_end(void)
{
	ending = 1;
}

void block_draw(const struct lines *l)
{
	pthread_mutex_lock(&lock);
	draw(l);
	pthread_mutex_unlock(&lock);
}

void block_aside(void)
{
	const struct lines none = {.count = 0};

	pthread_mutex_lock(&lock);
	draw(&none);
}

void block_back(void)
{
	pthread_mutex_unlock(&lock);
}

void block_leave(void)
{
	pthread_mutex_lock(&lock);
	shown.count = 0;
	pthread_mutex_unlock(&lock);
}
