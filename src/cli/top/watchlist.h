/* SPDX-License-Identifier: MIT */
/* The servers that are watched: those in the registry, or those that the user
 * has named. They come and go. */
#pragma once

#include "cli/top/watched.h"

/* A server that has ended is still shown for this long. */
#define WATCHLIST_ENDED_NS 5000000000u

enum wanted_kind { WANTED_PID, WANTED_ADDRESS, WANTED_FILE };

struct wanted {
	enum wanted_kind kind;
	const char *text; /* as typed; a file's path */
	int32_t pid;
	union address address;
};

struct watchlist {
	const char *registry;
	const struct wanted *wanted; /* count 0: all servers of the registry */
	size_t wanted_count;
	struct watched **servers; /* in the order in which they are shown */
	size_t count;
	uint64_t serial; /* the last one given */
	/* What the last look at the registry left out (export/reader.h); and
	 * servers that could not be opened, mostly for lack of descriptors. */
	uint64_t doubtful, unreadable, passed_over, unopened;
	int error; /* -errno, if that look failed */
};

/* Looks for servers that have started, and for those that are gone. Files are
 * only opened again: watchlist_name() is what opens them first. */
void watchlist_look(struct watchlist *l, uint64_t now_ns);

/* Watches the server of this file, whoever owns it. Returns as reader_open; 0
 * also if its server is watched already. */
int watchlist_name(struct watchlist *l, const char *path, uint64_t now_ns,
	char *why, size_t why_bytes);

/* Reads the counters of all. */
void watchlist_sample(struct watchlist *l, uint64_t now_ns);

/* Takes those out that ended long enough ago. */
void watchlist_expire(struct watchlist *l, uint64_t now_ns);

/* Is any of them this wanted one? */
bool watchlist_has(const struct watchlist *l, const struct wanted *wanted);

void watchlist_close(struct watchlist *l); /* zeroed state is legal */
