/* SPDX-License-Identifier: MIT */
#include "cli/top/watchlist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_it(const struct reader *r, const struct wanted *w)
{
	switch (w->kind) {
	case WANTED_PID:
		return reader_about(r)->pid == w->pid;
	case WANTED_ADDRESS:
		return reader_serves(r, &w->address);
	case WANTED_FILE:
		return strcmp(reader_about(r)->path, w->text) == 0;
	}
	return false;
}

static bool is_wanted(const struct watchlist *l, const struct reader *r)
{
	for (size_t i = 0; i < l->wanted_count; i++)
		if (is_it(r, &l->wanted[i]))
			return true;
	return l->wanted_count == 0;
}

bool watchlist_has(const struct watchlist *l, const struct wanted *wanted)
{
	for (size_t i = 0; i < l->count; i++)
		if (is_it(l->servers[i]->reader, wanted))
			return true;
	return false;
}

/* The one that runs, or else NULL: a pid may be used again. */
static struct watched *find(const struct watchlist *l, const struct reader *r)
{
	for (size_t i = 0; i < l->count; i++)
		if (!l->servers[i]->ended_ns && watched_is(l->servers[i], r))
			return l->servers[i];
	return NULL;
}

/* Takes over the reader. */
static int add(
	struct watchlist *l, struct reader *r, bool named, uint64_t now_ns)
{
	struct watched *w, **grown;
	int error = watched_open(&w, r, now_ns);

	if (error)
		return error;
	grown = reallocarray(l->servers, l->count + 1, sizeof(*grown));
	if (!grown) {
		watched_close(w);
		return -ENOMEM;
	}
	w->serial = ++l->serial;
	w->named = named;
	l->servers = grown;
	grown[l->count++] = w;
	return 0;
}

/* Takes the reader out of a list, and opens it. A server that has just ended is
 * no failure. */
static void meet(struct watchlist *l, struct reader **r, uint64_t now_ns)
{
	struct watched *known = find(l, *r);
	struct reader *taken = *r;
	char why[64];
	int error;

	if (known)
		known->missed = 0;
	if (known || !is_wanted(l, taken))
		return;
	error = reader_resume(taken, why, sizeof(why));
	if (!error) {
		*r = NULL;
		error = add(l, taken, false, now_ns);
	}
	l->unopened += error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/* Twice, since a segment that was deleted is missing until its server has made
 * it again. One that is no longer believed is missing, too. */
static void end_missed(struct watchlist *l, uint64_t now_ns)
{
	for (size_t i = 0; i < l->count; i++)
		if (!l->servers[i]->named && l->servers[i]->missed > 1)
			watched_end(l->servers[i], now_ns);
}

static bool only_files(const struct watchlist *l)
{
	for (size_t i = 0; i < l->wanted_count; i++)
		if (l->wanted[i].kind != WANTED_FILE)
			return false;
	return l->wanted_count > 0;
}

static void look_at_registry(struct watchlist *l, uint64_t now_ns)
{
	struct reader_list found;

	l->error = reader_list_open_in(&found, l->registry, 0);
	if (l->error)
		return;
	l->doubtful = found.doubtful_count;
	l->unreadable = found.unreadable;
	l->passed_over = found.passed_over;
	l->unopened = 0;
	for (size_t i = 0; i < l->count; i++)
		l->servers[i]->missed++;
	for (size_t i = 0; i < found.count; i++)
		meet(l, &found.readers[i], now_ns);
	end_missed(l, now_ns);
	reader_list_close(&found);
}

int watchlist_name(struct watchlist *l, const char *path, uint64_t now_ns,
	char *why, size_t why_bytes)
{
	struct reader *r = NULL;
	struct watched *known;
	int error = reader_open(&r, path, why, why_bytes);

	if (error)
		return error;
	known = find(l, r);
	if (!known)
		return add(l, r, true, now_ns);
	known->named = true;
	reader_close(r);
	return 0;
}

void watchlist_look(struct watchlist *l, uint64_t now_ns)
{
	char why[64];

	if (!only_files(l))
		look_at_registry(l, now_ns);
	for (size_t i = 0; i < l->wanted_count; i++)
		if (l->wanted[i].kind == WANTED_FILE)
			(void)watchlist_name(
				l, l->wanted[i].text, now_ns, why, sizeof(why));
}

void watchlist_sample(struct watchlist *l, uint64_t now_ns)
{
	for (size_t i = 0; i < l->count; i++)
		watched_sample(l->servers[i], now_ns);
}

void watchlist_expire(struct watchlist *l, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct watched *w = l->servers[i];

		if (w->ended_ns && now_ns >= w->ended_ns + WATCHLIST_ENDED_NS)
			watched_close(w);
		else
			l->servers[kept++] = w;
	}
	l->count = kept;
}

void watchlist_close(struct watchlist *l)
{
	for (size_t i = 0; i < l->count; i++)
		watched_close(l->servers[i]);
	free(l->servers);
	l->servers = NULL;
	l->count = 0;
}
