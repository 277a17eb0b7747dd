/* SPDX-License-Identifier: MIT */
#include "server/publication.h"

#include "export/registry.h"

#include <stdio.h>
#include <string.h>

static void say(const struct publication *p, bool *told, const char *text)
{
	if (!*told && p->notice)
		p->notice(p->notice_arg, text);
	*told = true;
}

static void say_unlisted(const struct publication *p)
{
	bool told = false;
	char text[256];

	snprintf(text, sizeof(text),
		"counters: cannot link them from %s (%s): udpmill stat finds "
		"them only by the file's name, and udpmill load not at all",
		SEGMENT_DIR, strerror(-writer_unlisted(p->writer)));
	say(p, &told, text);
}

int publication_open(struct publication *p, const struct writer_config *config,
	char *why, size_t why_bytes)
{
	int error = writer_open(&p->writer, config, why, why_bytes);

	if (!error && writer_unlisted(p->writer))
		say_unlisted(p);
	return error;
}

static void fail(struct publication *p, int error)
{
	char text[512];

	p->moving = false;
	snprintf(text, sizeof(text),
		"counters at %s: somebody deleted the file, and it cannot be "
		"made again (%s); trying once a second",
		writer_path(p->writer), strerror(-error));
	say(p, &p->told_failure, text);
}

static void begin(struct publication *p)
{
	int error = writer_renew(p->writer);

	if (error) {
		fail(p, error);
		return;
	}
	p->moving = true;
	for (uint32_t i = 0; i < p->workers; i++) {
		struct worker *w = p->worker(p->worker_arg, i);

		if (!w)
			continue;
		atomic_store(&w->moved, 0);
		worker_order(w, ORDER_MOVE);
	}
}

/* 1 if all workers have moved their counters, 0 if not yet, or -errno. */
static int all_moved(const struct publication *p)
{
	int all = 1;

	for (uint32_t i = 0; i < p->workers; i++) {
		struct worker *w = p->worker(p->worker_arg, i);
		int moved =
			w ? atomic_load(&w->moved) : writer_move(p->writer, i);

		if (w && moved == 0)
			return 0;
		if (moved < 0)
			all = moved;
	}
	return all;
}

static void go_on(struct publication *p)
{
	int moved = all_moved(p);
	char text[512];

	if (moved == 0)
		return;
	if (moved > 0)
		moved = writer_renewed(p->writer);
	if (moved < 0) {
		fail(p, moved);
		return;
	}
	p->moving = false;
	snprintf(text, sizeof(text),
		"counters at %s: somebody deleted the file; it was made again, "
		"with all counts",
		writer_path(p->writer));
	say(p, &p->told, text);
}

void publication_tick(struct publication *p, unsigned ticks_per_look)
{
	if (p->moving)
		go_on(p);
	else if (++p->ticks % ticks_per_look == 0 && writer_lost(p->writer))
		begin(p);
}

int publication_move(void *publication, uint32_t number)
{
	struct publication *p = publication;

	return writer_move(p->writer, number);
}

void publication_close(struct publication *p)
{
	writer_close(p->writer);
	p->writer = NULL;
}
