/* SPDX-License-Identifier: MIT */
/* The verb stat: the counters of a running server, once or again and again. */
#include "cli/interrupt.h"
#include "cli/stat_report.h"
#include "cli/streams.h"
#include "cli/style.h"
#include "cli/verb.h"
#include "core/clock.h"
#include "core/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_FOLDER "the folder of counter segments cannot be read"

static int fail(int code, const char *why)
{
	fprintf(stderr, "udpmill stat: %s\n", why);
	return code;
}

/* A number is a pid: its segment, or the link to it, has the default name. */
static int open_named(struct reader **r, const struct stat_options *o)
{
	const char *which = o->which;
	char path[READER_PATH], why[512];
	uint64_t pid, ns;
	int error;

	if (units_parse_count(&pid, which, 1, INT32_MAX) == 0)
		which = reader_path_of_pid((int32_t)pid, path);
	error = reader_open(r, which, why, sizeof(why));
	if (!error)
		return EXIT_OK;
	if (error == -ENOENT && o->interval_ns &&
		units_parse_time(&ns, o->which) == 0) {
		snprintf(why, sizeof(why),
			"\"%s\" is no server; --watch=%s would be how often to "
			"look",
			o->which, o->which);
		return fail(EXIT_USAGE, why);
	}
	if (error == -ENOENT && which == path)
		snprintf(why, sizeof(why),
			"no server of pid %d exports its counters; --list "
			"names those that do",
			(int)pid);
	return fail(error == -EPROTO ? EXIT_USAGE : EXIT_NO_PEER, why);
}

static int open_only(struct reader **r, struct reader_list *list)
{
	if (list->count == 0)
		return fail(EXIT_NO_PEER,
			"no server that exports its counters runs on this "
			"host");
	if (list->count > 1) {
		fprintf(stderr,
			"udpmill stat: %zu servers run on this host; a pid "
			"says which:\n",
			list->count);
		stat_print_list(stderr, list);
		return EXIT_USAGE;
	}
	*r = list->readers[0];
	list->readers[0] = NULL;
	return EXIT_OK;
}

static int open_server(struct reader **r, const struct stat_options *o)
{
	struct reader_list list;
	int code;

	if (o->which)
		return open_named(r, o);
	if (reader_list_open(&list))
		return fail(EXIT_SYSTEM, NO_FOLDER);
	code = open_only(r, &list);
	reader_list_close(&list);
	return code;
}

static int list_servers(const struct stat_options *o)
{
	struct reader_list list;
	struct left_list left = {0};
	int error = reader_list_open(&list);

	if (!error)
		error = left_list_open(&left);
	if (error) {
		reader_list_close(&list);
		return fail(EXIT_SYSTEM, NO_FOLDER);
	}
	if (o->form == STAT_JSON) {
		error = stat_print_list_json(stdout, &list, &left);
	} else {
		stat_print_list(stdout, &list);
		stat_print_left(stdout, &left);
	}
	left_list_close(&left);
	reader_list_close(&list);
	return error ? EXIT_SYSTEM : EXIT_OK;
}

/* What another has taken away meanwhile, or taken over, is no failure. */
static int clean(void)
{
	struct left_list left;
	char path[READER_PATH];
	int code = EXIT_OK;

	if (left_list_open(&left))
		return fail(EXIT_SYSTEM, NO_FOLDER);
	for (size_t i = 0; i < left.count; i++) {
		int error = left_remove(left.pids[i]);

		reader_path_of_pid(left.pids[i], path);
		if (!error)
			printf("removed %s\n", path);
		if (!error || error == -EBUSY || error == -ENOENT)
			continue;
		fprintf(stderr, "udpmill stat: removing %s: %s\n", path,
			strerror(-error));
		code = EXIT_SYSTEM;
	}
	left_list_close(&left);
	return code;
}

static int describe(const struct stat_options *o, const struct reader *r)
{
	if (o->form == STAT_JSON)
		return stat_print_descriptions_json(stdout, r) ? EXIT_SYSTEM
							       : EXIT_OK;
	stat_print_descriptions(stdout, r);
	return EXIT_OK;
}

static int print(const struct stat_options *o, const struct stat_view *v)
{
	switch (o->form) {
	case STAT_JSON:
		return stat_print_json(stdout, v, o->interval_ns > 0);
	case STAT_OPENMETRICS:
		stat_print_openmetrics(stdout, v);
		break;
	case STAT_TEXT:
		if (o->interval_ns && style_terminal(stdout))
			fputs("\033[H\033[2J", stdout);
		stat_print_text(stdout, o, v);
		break;
	}
	return streams_flush(stdout);
}

/* Until the count is reached, the server ends, or a signal comes. */
static int show(const struct stat_options *o, struct reader *r, uint64_t *a,
	uint64_t *b)
{
	struct stat_view v = {.reader = r, .now = a};
	uint64_t at_ns = clock_ns();
	int error = reader_snapshot(r, a);

	for (uint64_t n = 1; !error || error == -ESRCH; n++) {
		uint64_t *next = v.now == a ? b : a;
		uint64_t now_ns;
		int failed = print(o, &v);

		if (failed == -ENOMEM)
			return fail(EXIT_SYSTEM, "no memory");
		if (failed)
			return EXIT_SYSTEM; /* main() says why */
		if (!o->interval_ns || error || n == o->count ||
			!interrupt_sleep(o->interval_ns))
			return EXIT_OK;
		error = reader_snapshot(r, next);
		now_ns = clock_ns();
		v.before = v.now;
		v.now = next;
		v.seconds = (double)(now_ns - at_ns) / 1e9;
		at_ns = now_ns;
	}
	return fail(EXIT_NO_PEER, strerror(-error));
}

static int run(const struct stat_options *o, struct reader *r)
{
	const struct reader_about *about = reader_about(r);
	size_t n = (size_t)about->worker_count * about->counter_count + 1;
	uint64_t *values = calloc(2 * n, sizeof(*values));
	int code;

	if (!values)
		return fail(EXIT_SYSTEM, "no memory");
	code = show(o, r, values, values + n);
	free(values);
	return code;
}

int verb_stat(int argc, char **argv)
{
	struct stat_options o;
	struct reader *r = NULL;
	int code;

	stat_options_parse(&o, argc, argv);
	if (o.subject == STAT_LIST)
		return list_servers(&o);
	if (o.subject == STAT_CLEAN)
		return clean();
	interrupt_catch(NULL, NULL);
	code = open_server(&r, &o);
	if (code == EXIT_OK && o.subject == STAT_DESCRIBE)
		code = describe(&o, r);
	else if (code == EXIT_OK)
		code = run(&o, r);
	reader_close(r);
	return code;
}
