/* SPDX-License-Identifier: MIT */
/*
 * While a workload runs, init only sleeps: all that programs print goes to
 * files, which are sent afterwards. Whether a report is right is for the host
 * to say; init ends the guest only if there is none.
 */
#include "workload.h"

#include "core/marker.h"
#include "file.h"
#include "process.h"
#include "results.h"
#include "sockets.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the guest's time. A load ends by itself before that (--time). */
#define PREPARE_MS 60000
#define READY_MS   30000
#define LOAD_MS    3600000
#define END_MS     60000

#define OUT_MOST (32u << 20) /* bytes */
#define ERR_MOST 2000        /* the last bytes */

#define SERVER "/tmp/server"
#define LOAD   "/tmp/load"
#define RUN    "/tmp/run"
#define OUT    ".out"
#define ERR    ".err"

/* What a program has printed. To be freed. */
static char *read_text(const char *path, size_t *bytes)
{
	char *text;
	int error = file_read(path, OUT_MOST, &text, bytes);

	if (error)
		results_fail("%s: %s", path, strerror(-error));
	return text;
}

/* The last line: programs say there why they failed. */
static const char *last_line(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	while (n > 0 && text[n - 1] != '\n')
		n--;
	return text + n;
}

/* name, what, how: "echo", "the server ", "did not end". */
static _Noreturn void fail(
	const char *name, const char *what, const char *how, const char *err)
{
	size_t bytes;
	char *text = read_text(err, &bytes);
	const char *line = last_line(text);

	results_fail("%.500s: %s%s%s%.1000s", name, what, how,
		*line ? ": " : "", line);
}

static _Noreturn void fail_by(const char *name, const char *what,
	const struct process *p, const char *when, const char *err)
{
	char how[128];

	snprintf(how, sizeof(how), "ended with exit code %d%s", process_code(p),
		when);
	fail(name, what, how, err);
}

static void start(struct process *p, char *const argv[],
	const struct process_config *config)
{
	int error = process_start(p, argv, config);

	if (error)
		results_fail(
			"%s cannot be started: %s", argv[0], strerror(-error));
}

void workload_prepare(char *const argv[])
{
	const struct process_config config = {.out = RUN OUT, .err = RUN ERR};
	struct process p;
	char all[400];
	size_t n = 0;

	for (char *const *word = argv; *word && n < sizeof(all); word++)
		n += (size_t)snprintf(
			all + n, sizeof(all) - n, "%s%s", n ? " " : "", *word);
	start(&p, argv, &config);
	if (process_wait(&p, PREPARE_MS)) {
		process_kill(&p);
		fail(all, "", "did not end within 60 s", RUN ERR);
	}
	if (process_code(&p))
		fail_by(all, "", &p, "", RUN ERR);
}

static bool is_ready(const struct process *p, const struct plan_step *step)
{
	if (step->port)
		return sockets_are_open(p->pid, step->port);
	return access(step->ready, F_OK) == 0;
}

static void start_server(struct process *p, const struct plan_step *step)
{
	const struct process_config config = {.out = SERVER OUT,
		.err = SERVER ERR,
		.fifo = step->server_fifo};
	const char *name = step->words[0];

	start(p, step->server, &config);
	for (unsigned ms = 0; !is_ready(p, step); ms++) {
		if (process_has_ended(p))
			fail_by(name, "the server ", p, " before it was ready",
				SERVER ERR);
		if (ms == READY_MS)
			fail(name, "the server ", "was not ready within 30 s",
				SERVER ERR);
		sleep_ms(1);
	}
}

static void run_load(struct process *p, const struct plan_step *step)
{
	const struct process_config config = {
		.out = LOAD OUT, .err = LOAD ERR, .fifo = step->load_fifo};

	start(p, step->load, &config);
	if (!process_wait(p, LOAD_MS))
		return;
	process_kill(p);
	fail(step->words[0], "the load ", "did not end within an hour",
		LOAD ERR);
}

static void end_server(struct process *p, const struct plan_step *step)
{
	if (!process_has_ended(p))
		(void)kill(p->pid, SIGTERM);
	if (!process_wait(p, END_MS))
		return;
	process_kill(p);
	fail(step->words[0], "the server ",
		"did not end within 60 s of SIGTERM", SERVER ERR);
}

/* Where it is mapped; NULL if it has ended. To be freed. */
static char *read_maps(const struct process *p)
{
	char path[64], *text;
	size_t bytes;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)p->pid);
	return file_read(path, OUT_MOST, &text, &bytes) ? NULL : text;
}

static void tell_end(const char *tag, const struct process *p, const char *err)
{
	size_t bytes;
	char *text = read_text(err, &bytes);

	results_say(tag, "%d\n%s", process_code(p),
		text + (bytes > ERR_MOST ? bytes - ERR_MOST : 0));
	free(text);
}

static void tell_report(void)
{
	size_t bytes;
	char *text = read_text(LOAD OUT, &bytes);

	if (bytes)
		results_send("json", text, bytes);
	free(text);
}

void workload_run(const struct plan_step *step)
{
	const char *name = step->words[0];
	struct process server, load;
	char *maps;

	if (step->ready && unlink(step->ready) && errno != ENOENT)
		results_fail("%s: %s", step->ready, strerror(errno));
	results_say("begin", "%s", name);
	marker_workload_begins();
	start_server(&server, step);
	run_load(&load, step);
	maps = read_maps(&server);
	end_server(&server, step);
	marker_workload_ends();
	if (maps)
		results_send("maps", maps, strlen(maps));
	free(maps);
	tell_end("server", &server, SERVER ERR);
	tell_end("load", &load, LOAD ERR);
	tell_report();
	results_say("end", "%s", name);
}
