/* SPDX-License-Identifier: MIT */
/* The verb top: a screen of the servers on this host. */
#include "cli/args/verb.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/privilege.h"
#include "cli/top/draw.h"
#include "cli/top/events.h"
#include "cli/top/options.h"
#include "cli/top/screen.h"
#include "core/clock.h"
#include "core/quote.h"
#include "export/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often servers that have started are looked for. */
#define LOOK_NS 500000000u

/* The first rates come sooner than the interval. */
#define FIRST_NS 250000000u

struct top {
	struct events events;
	struct watchlist list;
	struct view view;
	char host[QUOTE_ROOM(64)];
	uint64_t look_ns, sample_ns; /* when the next one is due */
};

static struct scene scene_of(const struct top *t)
{
	return (struct scene){
		.view = &t->view,
		.list = &t->list,
		.host = t->host,
		.wall_ns = clock_wall_ns(),
	};
}

static void show(struct top *t)
{
	struct scene s;

	view_arrange(&t->view, &t->list, clock_wall_ns());
	s = scene_of(t);
	draw(&s);
}

static void sample_within(struct top *t, uint64_t ns)
{
	uint64_t now_ns = clock_ns();

	if (t->sample_ns > now_ns + ns)
		t->sample_ns = now_ns + ns;
}

static void take_keys(struct top *t)
{
	uint64_t before_ns = t->view.interval_ns;
	int key;

	while (!t->view.done && (key = screen_key()) != SCREEN_NOTHING) {
		struct scene s = scene_of(t);

		if (view_key(&t->view, &t->list, key, draw_page(&s)) ==
			VIEW_REDRAW)
			screen_resize();
		view_arrange(&t->view, &t->list, clock_wall_ns());
	}
	if (t->view.interval_ns != before_ns)
		sample_within(t, t->view.interval_ns);
}

static void obey(struct top *t, unsigned events)
{
	if (events & EVENT_STOP) {
		screen_leave();
		events_stop();
	}
	/* The shell may have used the terminal meanwhile. */
	if (events & EVENT_RESUMED)
		screen_leave();
	if (events & (EVENT_STOP | EVENT_RESUMED | EVENT_SIZE))
		screen_resize();
	if (events & EVENT_KEYS)
		take_keys(t);
}

/* What is due by now. */
static void update(struct top *t)
{
	uint64_t now_ns = clock_ns();

	if (now_ns >= t->look_ns) {
		t->look_ns = now_ns + LOOK_NS;
		watchlist_look(&t->list, now_ns);
	}
	if (now_ns < t->sample_ns || t->view.paused)
		return;
	t->sample_ns += t->view.interval_ns;
	if (t->sample_ns <= now_ns)
		t->sample_ns = now_ns + t->view.interval_ns;
	watchlist_sample(&t->list, now_ns);
	watchlist_expire(&t->list, now_ns);
}

static void watch(struct top *t)
{
	unsigned events = 0;

	t->sample_ns = clock_ns() + t->view.interval_ns;
	sample_within(t, FIRST_NS);
	while (!t->view.done && !(events & EVENT_END)) {
		uint64_t next_ns;

		update(t);
		show(t);
		next_ns = t->view.paused || t->look_ns < t->sample_ns
				  ? t->look_ns
				  : t->sample_ns;
		events = events_wait(&t->events, next_ns);
		obey(t, events);
	}
}

/* Whoever wants this in a file or a pipe wants stat. */
static int check_terminal(void)
{
	const char *term = getenv("TERM");
	const char *wrong = NULL;

	if (screen_missing())
		return say_failed(EXIT_SYSTEM, "%s", screen_missing());
	if (!isatty(STDOUT_FILENO))
		wrong = "standard output is not a terminal";
	else if (!isatty(STDIN_FILENO))
		wrong = "standard input is not a terminal";
	else if (!term || !*term)
		wrong = "TERM is not set";
	else if (!style_terminal(stdout))
		wrong = "this terminal cannot move its cursor (TERM=dumb)";
	if (!wrong)
		return EXIT_OK;
	return say_failed(EXIT_USAGE,
		"%s; use \"udpmill stat\", or \"udpmill stat --watch\"", wrong);
}

static int open_named(struct top *t)
{
	char why[512];

	for (size_t i = 0; i < t->list.wanted_count; i++) {
		const struct wanted *w = &t->list.wanted[i];
		int error;

		if (w->kind != WANTED_FILE)
			continue;
		strcpy(why, "no memory");
		error = watchlist_name(
			&t->list, w->text, clock_ns(), why, sizeof(why));
		if (error == -EPROTO)
			return say_failed(EXIT_USAGE, "%s", why);
		if (error == -ENOENT || error == -ESRCH || error == -EAGAIN)
			return say_failed(EXIT_NO_PEER, "%s", why);
		if (error)
			return say_failed(EXIT_SYSTEM, "%s", why);
	}
	return EXIT_OK;
}

/* An address may be served later; a pid that is not there is a mistake. */
static int open_servers(struct top *t)
{
	int code = open_named(t);

	if (code != EXIT_OK)
		return code;
	watchlist_look(&t->list, clock_ns());
	if (t->list.error)
		return say_failed(EXIT_SYSTEM, "looking for servers in %s: %s",
			SEGMENT_DIR, strerror(-t->list.error));
	for (size_t i = 0; i < t->list.wanted_count; i++)
		if (t->list.wanted[i].kind == WANTED_PID &&
			!watchlist_has(&t->list, &t->list.wanted[i]))
			return say_failed(EXIT_NO_PEER,
				"no server with pid %s exports its counters; "
				"\"udpmill stat --list\" shows those that do",
				t->list.wanted[i].text);
	return EXIT_OK;
}

static int run(struct top *t)
{
	int error, code = open_servers(t);
	char why[256];

	if (code == EXIT_OK && privilege_drop(0, why, sizeof(why)))
		code = say_failed(EXIT_SYSTEM, "%s", why);
	if (code != EXIT_OK)
		return code;
	error = events_open(&t->events);
	if (error)
		return say_failed(EXIT_SYSTEM, "waiting for signals: %s",
			strerror(-error));
	if (screen_open(why, sizeof(why))) {
		events_close(&t->events);
		return say_failed(EXIT_SYSTEM, "%s", why);
	}
	watch(t);
	screen_close();
	events_close(&t->events);
	return EXIT_OK;
}

static void name_host(struct top *t)
{
	char name[64] = "";

	if (gethostname(name, sizeof(name) - 1))
		strcpy(name, "?");
	quote(t->host, sizeof(t->host), name, strlen(name), false);
}

int verb_top(int argc, char **argv)
{
	static struct top t;
	struct top_options o;
	int code;

	top_options_parse(&o, argc, argv);
	code = check_terminal();
	if (code != EXIT_OK)
		return code;
	t = (struct top){
		.events = {.fd = -1},
		.list = {.registry = SEGMENT_DIR,
			.wanted = o.wanted,
			.wanted_count = o.wanted_count},
		.view = {.order = {.by = o.sort}, .interval_ns = o.interval_ns},
	};
	name_host(&t);
	code = run(&t);
	watchlist_close(&t.list);
	return code;
}
