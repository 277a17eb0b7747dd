/* SPDX-License-Identifier: MIT */
/* The registry: all live segments of this host, and who serves an address. */
#include "export/reader.h"
#include "export/segment.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *reader_path_of_pid(int32_t pid, char path[READER_PATH])
{
	snprintf(path, READER_PATH, "%s/%s%d", SEGMENT_DIR, SEGMENT_PREFIX,
		(int)pid);
	return path;
}

static int by_start(const void *a, const void *b)
{
	const struct reader_about *x = reader_about(*(struct reader *const *)a);
	const struct reader_about *y = reader_about(*(struct reader *const *)b);

	if (x->started_ns != y->started_ns)
		return x->started_ns < y->started_ns ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int add(struct reader_list *list, const char *name)
{
	struct reader **grown;
	struct reader *r;
	char path[300], why[256];

	snprintf(path, sizeof(path), "%s/%s", SEGMENT_DIR, name);
	/* Stale, starting, or no segment at all: not a live server's. */
	if (reader_open(&r, path, why, sizeof(why)))
		return 0;
	grown = reallocarray(
		list->readers, list->count + 1, sizeof(*list->readers));
	if (!grown) {
		reader_close(r);
		return -ENOMEM;
	}
	list->readers = grown;
	list->readers[list->count++] = r;
	return 0;
}

/* A segment of another name in this folder is also linked by its pid. */
static void drop_repeated(struct reader_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (kept &&
			reader_same(list->readers[kept - 1], list->readers[i]))
			reader_close(list->readers[i]);
		else
			list->readers[kept++] = list->readers[i];
	list->count = kept;
}

int reader_list_open(struct reader_list *list)
{
	DIR *dir = opendir(SEGMENT_DIR);
	struct dirent *entry;
	int error = 0;

	*list = (struct reader_list){0};
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (entry = readdir(dir)))
		if (strncmp(entry->d_name, SEGMENT_PREFIX,
			    strlen(SEGMENT_PREFIX)) == 0)
			error = add(list, entry->d_name);
	closedir(dir);
	if (error)
		reader_list_close(list);
	if (list->count)
		qsort(list->readers, list->count, sizeof(*list->readers),
			by_start);
	drop_repeated(list);
	return error;
}

void reader_list_close(struct reader_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		reader_close(list->readers[i]);
	free(list->readers);
	*list = (struct reader_list){0};
}

/* Both unmapped: a socket at [::ffff:0.0.0.0] takes IPv4 only. */
static bool endpoint_serves(const union address *e, const union address *a)
{
	if (address_port(e) != address_port(a))
		return false;
	if (!address_is_any(e))
		return address_same_host(e, a);
	/* [::] takes IPv4 as well, unless it was told not to: then another
	 * socket may hold the IPv4 side, and its endpoint says so. */
	return e->sa.sa_family == AF_INET6 || a->sa.sa_family == AF_INET;
}

bool reader_serves(const struct reader *r, const union address *a)
{
	const struct reader_about *about = reader_about(r);
	union address plain = *a;

	address_unmap(&plain);
	for (uint32_t i = 0; i < about->endpoint_count; i++) {
		union address endpoint = about->endpoints[i];

		address_unmap(&endpoint);
		if (endpoint_serves(&endpoint, &plain))
			return true;
	}
	return false;
}
