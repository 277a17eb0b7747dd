/* SPDX-License-Identifier: MIT */
/* Lists all live segments of this host, and finds who serves an address. */
#include "export/owner.h"
#include "export/reader.h"
#include "export/reader_state.h"
#include "export/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* State while a registry's files are turned into a list. */
struct look {
	struct reader_list *list;
	const char *registry;
	struct owners owners;
	bool asked; /* the owners were asked for */
};

/* Reads the owners only once another user's segment is found. */
static bool know_owners(struct look *l)
{
	if (!l->asked && owners_open(&l->owners))
		owners_close(&l->owners);
	l->asked = true;
	return l->owners.netns != 0;
}

static bool is_proved(struct look *l, const struct reader *r)
{
	const struct reader_about *a = reader_about(r);

	if (!know_owners(l) || a->netns != l->owners.netns)
		return false;
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		if (!owners_has_bound(&l->owners, &a->endpoints[i], a->owner))
			return false;
	return a->endpoint_count > 0;
}

static int append(struct reader ***readers, size_t *count, struct reader *r)
{
	struct reader **grown =
		reallocarray(*readers, *count + 1, sizeof(**readers));

	if (!grown)
		return -ENOMEM;
	*readers = grown;
	grown[(*count)++] = r;
	return 0;
}

static int take(struct look *l, bool trusted, struct reader *r)
{
	struct reader_list *list = l->list;
	char why[64];
	int error = reader_read(r, READER_ENDPOINTS, why, sizeof(why));

	if (!error && !trusted && !is_proved(l, r)) {
		reader_rest(r);
		return append(&list->doubtful, &list->doubtful_count, r);
	}
	if (!error)
		error = reader_read(r, READER_CONFIG, why, sizeof(why));
	if (error)
		return error;
	reader_rest(r);
	return append(&list->readers, &list->count, r);
}

/* 0: not a live server's segment (stale, starting or none at all), so skip it.
 * Errors that are not about the file are returned. */
static int judge(struct look *l, bool trusted, int error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return error;
	case -EACCES:
		l->list->unreadable += trusted;
	}
	return 0;
}

static int add(struct look *l, const struct scan_file *f)
{
	struct reader *r = NULL;
	char *path, why[64];
	bool trusted;
	int error;

	if (asprintf(&path, "%s/%s", l->registry, f->name) < 0)
		return -ENOMEM;
	error = reader_begin(&r, path, true, why, sizeof(why));
	free(path);
	/* Judge the file that was opened, not what the name led to before. */
	trusted = error ? f->trusted : segment_trusts(reader_about(r)->owner);
	if (!error)
		error = take(l, trusted, r);
	if (error)
		reader_close(r);
	return judge(l, trusted, error);
}

static void sort(struct reader **readers, size_t count)
{
	if (count)
		qsort(readers, count, sizeof(*readers), by_start);
}

int reader_list_open_in(
	struct reader_list *list, const char *registry, int32_t pid)
{
	struct look l = {.list = list, .registry = registry};
	struct scan s;
	int error = scan_open(&s, registry, SCAN_FILES, pid);

	*list = (struct reader_list){.passed_over = s.passed_over};
	for (size_t i = 0; !error && i < s.count; i++)
		error = add(&l, &s.files[i]);
	scan_close(&s);
	owners_close(&l.owners);
	if (error)
		reader_list_close(list);
	sort(list->readers, list->count);
	sort(list->doubtful, list->doubtful_count);
	return error;
}

int reader_list_open(struct reader_list *list)
{
	return reader_list_open_in(list, SEGMENT_DIR, 0);
}

void reader_list_close(struct reader_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		reader_close(list->readers[i]);
	for (size_t i = 0; i < list->doubtful_count; i++)
		reader_close(list->doubtful[i]);
	free(list->readers);
	free(list->doubtful);
	*list = (struct reader_list){0};
}

/* Both are unmapped, since a socket at [::ffff:0.0.0.0] receives only IPv4. */
static bool endpoint_serves(const union address *e, const union address *a)
{
	if (address_port(e) != address_port(a))
		return false;
	if (!address_is_any(e))
		return address_same_host(e, a);
	/* [::] also receives IPv4, unless IPV6_V6ONLY is set; then another
	 * socket may have the IPv4 side, with an endpoint of its own. */
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
