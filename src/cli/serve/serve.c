/* SPDX-License-Identifier: MIT */
/* The verb serve: a server from its command line to its last counters. */
#include "cli/args/verb.h"
#include "cli/print/say.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/serve/metrics.h"
#include "cli/serve/options.h"
#include "cli/serve/ready.h"
#include "cli/serve/report.h"
#include "cli/serve/spread.h"
#include "core/clock.h"
#include "core/failures.h"
#include "net/bind_hint.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_TICK_MS 10

static void notice(void *arg, const char *text)
{
	(void)arg;
	say("%s", text);
}

/* Sleeps for a tick. Returns 0, the signal that came in the meantime, or
 * -errno. While the server drains, ticks are short, so that nobody waits long
 * for its end. */
static int sleep_tick(const sigset_t *signals, bool draining)
{
	const struct timespec tick = {
		.tv_nsec =
			(draining ? DRAIN_TICK_MS : SERVER_TICK_MS) * 1000000l,
	};
	int sig = sigtimedwait(signals, NULL, &tick);

	if (sig >= 0)
		return sig;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	sig = -errno;
	(void)nanosleep(&tick, NULL);
	return sig;
}

/* Runs until the time is over, a worker fails, the count is reached or a signal
 * comes: the first signal drains, the second stops. SIGHUP only drains, since
 * it often comes together with another signal. Returns 0; or -errno if it
 * cannot wait for signals, and then stops, since nobody could end it. */
static int run(struct server *server, uint64_t time_ns, const sigset_t *signals)
{
	uint64_t start = clock_ns();
	bool draining = false, asked = false;
	int error = 0;

	while (!server_ended(server)) {
		int sig = sleep_tick(signals, draining);
		bool over = time_ns && clock_ns() - start >= time_ns;
		bool ask = sig && sig != SIGHUP;

		server_tick(server);
		if (sig < 0)
			error = sig;
		if (error || (ask && asked))
			server_order(server, ORDER_STOP);
		else if ((sig || over) && !draining)
			server_order(server, ORDER_DRAIN);
		draining |= sig || over;
		asked |= ask || over;
		if (server_error(server, NULL, 0))
			server_order(server, ORDER_STOP);
	}
	return error;
}

/* Runs in each worker when it has everything that it needs. */
static int settle(void)
{
	char why[128];

	return privilege_drop(0, why, sizeof(why));
}

static int open_server(struct serve_options *o, struct server **server)
{
	char why[512];
	int error = server_open(server, &o->server, why, sizeof(why));

	if (error)
		say("%s%s", why, bind_hint(error, false));
	return error;
}

static int start_server(struct serve_options *o, struct server *server)
{
	json_t *json = serve_options_json(o, server);
	char *config = json ? json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII)
			    : NULL;
	char why[512] = "no memory";
	int error = -ENOMEM;

	json_decref(json);
	if (config)
		error = server_start(server, config, why, sizeof(why));
	free(config);
	if (error)
		say_failed(EXIT_SYSTEM, "%s", why);
	return error;
}

static const char *socket_of(const struct serve_options *o)
{
	return *o->metrics.path ? o->metrics.path : NULL;
}

static int serve(struct serve_options *o, struct server *server,
	struct serve_ready *ready, const sigset_t *signals)
{
	FILE *out = o->json ? stderr : stdout;
	uint64_t start_ns = clock_ns();
	char why[512];
	int error;

	serve_print_start(out, o, server);
	ready->last = o->metrics_url;
	if (serve_ready_say(ready, server_endpoints(server),
		    o->server.listen_count, why, sizeof(why)))
		return say_failed(EXIT_SYSTEM, "%s", why);
	if (privilege_drop(privilege_to_remove(server_segment(server)) |
				   privilege_to_remove(socket_of(o)),
		    why, sizeof(why)))
		return say_failed(EXIT_SYSTEM, "%s", why);
	error = run(server, o->time_ns, signals);
	if (o->json) {
		if (serve_print_json(stdout, o, server,
			    (double)(clock_ns() - start_ns) / 1e9))
			return EXIT_SYSTEM;
	} else {
		serve_print_end(out, o, server);
	}
	serve_spread_warn(o, server);
	if (server_error(server, why, sizeof(why)))
		return say_failed(EXIT_SYSTEM, "%s", why);
	if (error) {
		say("waiting for signals failed: "
		    "sigtimedwait: %s%s",
			strerror(-error), failure_advice(-error));
		return EXIT_SYSTEM;
	}
	return EXIT_OK;
}

int verb_serve(int argc, char **argv)
{
	struct serve_options o;
	struct server *server = NULL;
	struct serve_ready ready = {0};
	struct serve_metrics metrics = {0};
	sigset_t signals;
	char why[512];
	int code = EXIT_SYSTEM;

	serve_options_parse(&o, argc, argv);
	o.server.notice = notice;
	o.server.settle = settle;
	if (o.verbose) {
		o.server.observe = serve_observe;
		o.server.observe_arg = o.json ? stderr : stdout;
	}
	/* Only sleep_tick() receives them. */
	interrupt_block(&signals);
	signal(SIGPIPE, SIG_IGN);
	/* Exceeding the file size limit then is an error with a message. */
	signal(SIGXFSZ, SIG_IGN);
	if (serve_ready_init(
		    &ready, o.ready_file, o.ready_fd, why, sizeof(why)))
		code = say_failed(EXIT_USAGE, "%s", why);
	else if (open_server(&o, &server) == 0 &&
		 serve_metrics_bind(&metrics, &o) == 0 &&
		 start_server(&o, server) == 0 &&
		 serve_metrics_start(&metrics, server, settle) == 0)
		code = serve(&o, server, &ready, &signals);
	serve_metrics_close(&metrics);
	server_close(server);
	serve_ready_fini(&ready);
	serve_options_free(&o);
	return code;
}
