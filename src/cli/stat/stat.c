/* SPDX-License-Identifier: MIT */
/* The verb stat: the counters of a running server, once or again and again. */
#include "cli/args/verb.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"
#include "cli/stat/report.h"
#include "core/clock.h"
#include "core/units.h"
#include "export/registry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* streams.c reports why standard output could not be written. */
static int finish(int error)
{
	if (error == -ENOMEM)
		return say_failed(EXIT_SYSTEM, "no memory");
	return error ? EXIT_SYSTEM : EXIT_OK;
}

/* Reports what is left out, with a line for each reason: an incomplete list
 * must not pass for a complete one. */
static void warn(const struct reader_list *list)
{
	if (list->doubtful_count)
		say("segments in %s left out: %zu, which belong neither to "
		    "you, nor to root, nor to the owner of the sockets they "
		    "claim",
			SEGMENT_DIR, list->doubtful_count);
	if (list->unreadable)
		say("segments in %s left out: %" PRIu64
		    ", which you are not permitted to read",
			SEGMENT_DIR, list->unreadable);
	if (list->passed_over)
		say("files in %s left out: %" PRIu64
		    ", since one user has too many there",
			SEGMENT_DIR, list->passed_over);
}

static int fail_listing(int error)
{
	say("looking for servers in %s: %s", SEGMENT_DIR, strerror(-error));
	return EXIT_SYSTEM;
}

/* Did the user mean the interval, and not the name of a server? */
static bool is_time(const struct stat_options *o)
{
	uint64_t ns;

	if (!o->interval_ns || units_parse_time(&ns, o->which))
		return false;
	say("\"%s\" is not a server; to set an interval, write --watch=%s",
		o->which, o->which);
	return true;
}

static int open_file(struct reader **r, const struct stat_options *o)
{
	char why[512];
	int error = reader_open(r, o->which, why, sizeof(why));

	if (!error)
		return EXIT_OK;
	if (error == -ENOENT && is_time(o))
		return EXIT_USAGE;
	switch (error) {
	case -EPROTO:
		return say_failed(EXIT_USAGE, "%s", why);
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -EACCES:
		return say_failed(EXIT_SYSTEM, "%s", why);
	}
	return say_failed(EXIT_NO_PEER, "%s%s", why,
		error == -ENOENT ? "; \"udpmill stat --list\" shows the servers"
				 : "");
}

/* Takes the reader out of the list, so that it outlives the list. */
static int take(struct reader **r, struct reader_list *list)
{
	char why[512];
	int error = reader_resume(list->readers[0], why, sizeof(why));

	if (error)
		return say_failed(error == -ESRCH || error == -ENOENT
					  ? EXIT_NO_PEER
					  : EXIT_SYSTEM,
			"%s", why);
	*r = list->readers[0];
	list->readers[0] = NULL;
	return EXIT_OK;
}

static int open_only(struct reader **r, struct reader_list *list)
{
	if (list->count == 0)
		return say_failed(EXIT_NO_PEER,
			"no server that exports its counters runs on this "
			"host");
	if (list->count > 1) {
		say("%zu servers run on this host; choose one by its pid:",
			list->count);
		stat_print_list(stderr, list);
		return EXIT_USAGE;
	}
	return take(r, list);
}

/* No trusted server has that pid: says why. */
static int miss(const struct reader_list *list, const struct stat_options *o)
{
	const struct reader_about *a;

	if (list->doubtful_count) {
		a = reader_about(list->doubtful[0]);
		return say_failed(EXIT_NO_PEER,
			"%s belongs to user %u, and nothing proves that the "
			"server does, too; to read it anyway, give this path",
			a->path, (unsigned)a->owner);
	}
	if (list->unreadable)
		return say_failed(EXIT_SYSTEM,
			"you are not permitted to read the counters of the "
			"server with pid %s",
			o->which);
	if (is_time(o))
		return EXIT_USAGE;
	return say_failed(EXIT_NO_PEER,
		"no server with pid %s exports its counters; --list shows "
		"those that do",
		o->which);
}

static int open_of_pid(struct reader **r, struct reader_list *list,
	const struct stat_options *o)
{
	if (list->count == 0)
		return miss(list, o);
	if (list->count == 1)
		return take(r, list);
	say("%zu servers have pid %s, in different namespaces; choose one by "
	    "its file:",
		list->count, o->which);
	stat_print_files(stderr, list);
	return EXIT_USAGE;
}

/* A number is a pid: the name of the segment, or of the link to it, contains
 * it. */
static int open_server(struct reader **r, const struct stat_options *o)
{
	struct reader_list list;
	uint64_t pid = 0;
	int code, error;

	if (o->which && units_parse_count(&pid, o->which, 1, INT32_MAX))
		return open_file(r, o);
	error = reader_list_open_in(&list, SEGMENT_DIR, (int32_t)pid);
	if (error)
		return fail_listing(error);
	if (pid) {
		code = open_of_pid(r, &list, o);
	} else {
		warn(&list);
		code = open_only(r, &list);
	}
	reader_list_close(&list);
	return code;
}

static int list_servers(const struct stat_options *o)
{
	struct reader_list list;
	struct left_list left = {0};
	int error = reader_list_open(&list);

	if (!error)
		error = left_list_open(&left, SEGMENT_DIR);
	if (error) {
		reader_list_close(&list);
		return fail_listing(error);
	}
	warn(&list);
	if (o->form == STAT_JSON) {
		error = stat_print_list_json(stdout, &list, &left);
	} else {
		stat_print_list(stdout, &list);
		stat_print_left(stdout, &left);
	}
	left_list_close(&left);
	reader_list_close(&list);
	return finish(error);
}

/* It is not a failure if somebody else removed a file first, or took it
 * over. */
static int clean(void)
{
	struct left_list left;
	int code = EXIT_OK;
	int error = left_list_open(&left, SEGMENT_DIR);

	if (error)
		return fail_listing(error);
	for (size_t i = 0; i < left.count; i++) {
		const char *name = left.names[i].name;

		error = left_remove(SEGMENT_DIR, name);
		if (!error)
			printf("removed %s/%s\n", SEGMENT_DIR, name);
		if (!error || error == -EBUSY || error == -ENOENT)
			continue;
		say("removing %s/%s: %s", SEGMENT_DIR, name, strerror(-error));
		code = EXIT_SYSTEM;
	}
	left_list_close(&left);
	return code;
}

static int describe(const struct stat_options *o, const struct reader *r)
{
	if (o->form == STAT_JSON)
		return finish(stat_print_descriptions_json(stdout, r));
	stat_print_descriptions(stdout, r);
	return EXIT_OK;
}

static int print(const struct stat_options *o, const struct stat_view *v)
{
	switch (o->form) {
	case STAT_JSON:
		return stat_print_json(stdout, v, o->interval_ns > 0);
	case STAT_OPENMETRICS:
		return stat_print_openmetrics(stdout, v);
	case STAT_TEXT:
		if (o->interval_ns && style_terminal(stdout))
			fputs("\033[H\033[2J", stdout);
		stat_print_text(stdout, o, v);
		break;
	}
	return streams_flush(stdout);
}

/* Prints until the count is reached, the server ends, or a signal comes. */
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

		if (failed)
			return finish(failed);
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
	return say_failed(EXIT_NO_PEER, "%s", strerror(-error));
}

static int run(const struct stat_options *o, struct reader *r)
{
	const struct reader_about *about = reader_about(r);
	size_t n = (size_t)about->worker_count * about->counter_count + 1;
	uint64_t *values = calloc(2 * n, sizeof(*values));
	int code;

	if (!values)
		return finish(-ENOMEM);
	/* A watch ends in good order between two updates. Anything else may end
	 * at once, since it leaves nothing behind. */
	if (o->interval_ns)
		interrupt_catch(NULL, NULL);
	code = show(o, r, values, values + n);
	free(values);
	return code;
}

int verb_stat(int argc, char **argv)
{
	struct stat_options o;
	struct reader *r = NULL;
	char why[128];
	int code;

	stat_options_parse(&o, argc, argv);
	if (o.subject == STAT_LIST)
		return list_servers(&o);
	if (o.subject == STAT_CLEAN)
		return clean();
	code = open_server(&r, &o);
	if (code == EXIT_OK && privilege_drop(0, why, sizeof(why)))
		code = say_failed(EXIT_SYSTEM, "%s", why);
	if (code == EXIT_OK && o.subject == STAT_DESCRIBE)
		code = describe(&o, r);
	else if (code == EXIT_OK)
		code = run(&o, r);
	reader_close(r);
	return code;
}
