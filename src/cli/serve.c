/* SPDX-License-Identifier: MIT */
/* The verb serve: a server from its command line to its last counters. */
#include "cli/serve_options.h"
#include "cli/serve_report.h"
#include "cli/verb.h"
#include "core/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void notice(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "udpmill serve: %s\n", text);
}

static int write_endpoints(
	FILE *out, const struct server *server, uint32_t count)
{
	const struct socket_obtained *got = server_endpoints(server);
	char text[ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++)
		fprintf(out, "%s\n", address_format(&got[i].bound, text));
	return fclose(out) ? -errno : 0;
}

/* Renamed into place, so that whoever sees the file sees all of it. */
static int write_ready_file(
	const char *path, const struct server *server, uint32_t count)
{
	char *fresh;
	FILE *out;
	int error;

	if (asprintf(&fresh, "%s.new", path) < 0)
		return -ENOMEM;
	out = fopen(fresh, "we");
	error = out ? write_endpoints(out, server, count) : -errno;
	if (!error && rename(fresh, path))
		error = -errno;
	if (error)
		unlink(fresh);
	free(fresh);
	return error;
}

static int say_ready(const struct serve_options *o, const struct server *server)
{
	uint32_t count = o->server.listen_count;
	int error;

	if (o->ready_file) {
		error = write_ready_file(o->ready_file, server, count);
		if (error) {
			fprintf(stderr, "udpmill serve: --ready-file: %s: %s\n",
				o->ready_file, strerror(-error));
			return error;
		}
	}
	if (o->ready_fd >= 0) {
		FILE *out = fdopen(o->ready_fd, "w");

		error = out ? write_endpoints(out, server, count) : -errno;
		if (error) {
			fprintf(stderr, "udpmill serve: --ready-fd: %d: %s\n",
				o->ready_fd, strerror(-error));
			return error;
		}
	}
	return 0;
}

/* A tick: 0, or the signal that came meanwhile. */
static int sleep_tick(const sigset_t *signals)
{
	static const struct timespec tick = {
		.tv_nsec = SERVER_TICK_MS * 1000000,
	};
	int sig = sigtimedwait(signals, NULL, &tick);

	return sig > 0 ? sig : 0;
}

/* Until the time is over, a worker fails or the count is reached, or a signal
 * comes: the first drains, the second stops. */
static void run(
	struct server *server, uint64_t time_ns, const sigset_t *signals)
{
	uint64_t start = clock_ns();
	bool draining = false;

	while (!server_ended(server)) {
		int sig = sleep_tick(signals);
		bool over = time_ns && clock_ns() - start >= time_ns;

		server_tick(server);
		if (sig && draining)
			server_order(server, ORDER_STOP);
		else if (sig || (over && !draining))
			server_order(server, ORDER_DRAIN);
		draining |= sig || over;
		if (server_error(server))
			server_order(server, ORDER_STOP);
	}
}

static int start(struct serve_options *o, struct server **server)
{
	char why[512], *config;
	json_t *json;
	int error = server_open(server, &o->server, why, sizeof(why));

	if (!error) {
		json = serve_options_json(o, *server);
		config = json ? json_dumps(
					json, JSON_COMPACT | JSON_ENSURE_ASCII)
			      : NULL;
		json_decref(json);
		error = config ? server_start(*server, config, why, sizeof(why))
			       : -ENOMEM;
		free(config);
	}
	if (error)
		fprintf(stderr, "udpmill serve: %s\n",
			error == -ENOMEM ? "no memory" : why);
	return error;
}

static int serve(
	struct serve_options *o, struct server *server, const sigset_t *signals)
{
	FILE *out = o->json ? stderr : stdout;
	uint64_t start_ns = clock_ns();

	serve_print_start(out, o, server);
	if (say_ready(o, server))
		return EXIT_SYSTEM;
	run(server, o->time_ns, signals);
	if (o->json) {
		if (serve_print_json(stdout, o, server,
			    (double)(clock_ns() - start_ns) / 1e9))
			return EXIT_SYSTEM;
	} else {
		serve_print_end(out, server);
	}
	if (server_error(server)) {
		fprintf(stderr, "udpmill serve: a worker failed: %s\n",
			strerror(-server_error(server)));
		return EXIT_SYSTEM;
	}
	return EXIT_OK;
}

int verb_serve(int argc, char **argv)
{
	struct serve_options o;
	struct server *server = NULL;
	sigset_t signals;
	int code = EXIT_SYSTEM;

	serve_options_parse(&o, argc, argv);
	o.server.notice = notice;
	if (o.verbose) {
		o.server.observe = serve_observe;
		o.server.observe_arg = o.json ? stderr : stdout;
	}
	/* Blocked before there are threads, which inherit it: signals come to
	 * sleep_tick() only. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (start(&o, &server) == 0)
		code = serve(&o, server, &signals);
	server_close(server);
	serve_options_free(&o);
	return code;
}
