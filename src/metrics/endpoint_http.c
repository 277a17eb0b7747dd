/* SPDX-License-Identifier: MIT */
#include "metrics/endpoint.h"

#include "core/clock.h"
#include "metrics/http_library.h"
#include "metrics/negotiate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND_NS 1000000000ull
/* Yields to others, but still gets its turn on a busy host. */
#define NICE 10
/* Who has closed their side has this long to take the reply. */
#define GRACE_NS (SECOND_NS / 2)

struct visitor {
	int fd; /* -1: none */
	uint64_t until_ns;
	bool leaving; /* has closed their side */
};

struct metrics_endpoint {
	struct metrics_endpoint_config config;
	struct http_library lib;
	struct MHD_Daemon *daemon;
	struct visitor visitors[ENDPOINT_CONNECTIONS];
	/* One has gone: the library accepts others only when it runs again. */
	bool room;
	int epoll, stop; /* stop: an eventfd */
	pthread_t thread;
	sem_t settled;
	int error; /* of settling */
};

static enum MHD_Result reply(const struct metrics_endpoint *e,
	struct MHD_Connection *c, unsigned status, const char *type,
	struct MHD_Response *r)
{
	const struct http_library *lib = &e->lib;
	enum MHD_Result queued = MHD_NO;

	if (!r)
		return MHD_NO;
	if (lib->add_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) &&
		lib->add_header(r, MHD_HTTP_HEADER_CONNECTION, "close") &&
		(status != MHD_HTTP_METHOD_NOT_ALLOWED ||
			lib->add_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD")))
		queued = lib->queue_response(c, status, r);
	lib->destroy_response(r);
	return queued;
}

static enum MHD_Result reply_text(const struct metrics_endpoint *e,
	struct MHD_Connection *c, unsigned status, const char *text)
{
	return reply(e, c, status, "text/plain; charset=utf-8",
		e->lib.create_response(
			strlen(text), (char *)text, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result reply_metrics(
	const struct metrics_endpoint *e, struct MHD_Connection *c)
{
	const char *accept =
		e->lib.lookup_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	struct metrics_text text = {.format = metrics_negotiate(accept)};
	char *written = NULL;
	size_t bytes = 0;
	int error;

	text.out = open_memstream(&written, &bytes);
	if (!text.out)
		return MHD_NO;
	error = e->config.write(e->config.arg, &text);
	metrics_end(&text);
	if (ferror(text.out))
		error = -ENOMEM;
	if (fclose(text.out) || error) {
		free(written);
		return MHD_NO;
	}
	return reply(e, c, MHD_HTTP_OK, metrics_content_type(text.format),
		e->lib.create_response(bytes, written, MHD_RESPMEM_MUST_FREE));
}

/* Called when a request's head is complete; what comes after is not read. */
static enum MHD_Result answer(void *arg, struct MHD_Connection *c,
	const char *url, const char *method, const char *version,
	const char *body, size_t *body_bytes, void **request)
{
	const struct metrics_endpoint *e = arg;

	(void)version;
	(void)body;
	(void)body_bytes;
	(void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
		strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply_text(e, c, MHD_HTTP_METHOD_NOT_ALLOWED,
			"Only GET and HEAD are answered.\n");
	if (strcmp(url, "/metrics") == 0)
		return reply_metrics(e, c);
	if (strcmp(url, "/") == 0)
		return reply_text(e, c, MHD_HTTP_OK,
			"udpmill: the metrics are at /metrics.\n");
	return reply_text(e, c, MHD_HTTP_NOT_FOUND,
		"There is nothing here; the metrics are at /metrics.\n");
}

static void note_visitor(void *arg, struct MHD_Connection *c, void **visitor,
	enum MHD_ConnectionNotificationCode what)
{
	struct metrics_endpoint *e = arg;
	struct visitor *v = *visitor;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		e->room = true;
		if (v)
			v->fd = -1;
	}
	if (what != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	for (v = e->visitors; v->fd >= 0; v++)
		if (v == &e->visitors[ENDPOINT_CONNECTIONS - 1])
			return;
	v->fd = e->lib.get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	v->until_ns = clock_ns() + ENDPOINT_SECONDS * SECOND_NS;
	v->leaving = false;
	*visitor = v;
}

/* Shuts those down whose time is over, which makes the library close them. */
static void show_out(struct metrics_endpoint *e)
{
	uint64_t now_ns = clock_ns();

	for (int i = 0; i < ENDPOINT_CONNECTIONS; i++) {
		struct visitor *v = &e->visitors[i];

		if (v->fd < 0 || v->until_ns > now_ns)
			continue;
		(void)shutdown(v->fd, SHUT_RDWR);
		v->until_ns = UINT64_MAX;
	}
}

static struct timespec duration(uint64_t ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(ns / SECOND_NS),
		.tv_nsec = (long)(ns % SECOND_NS),
	};
}

/* They have closed their side, or both sides are closed. */
static void see_off(struct visitor *v, short how, uint64_t now_ns)
{
	uint64_t until_ns =
		how & (POLLHUP | POLLERR) ? now_ns : now_ns + GRACE_NS;

	v->leaving = true;
	if (until_ns < v->until_ns)
		v->until_ns = until_ns;
}

/* Waits until something happens, or for the order to stop. Is it the order?
 * The library does not always notice that somebody leaves, so this does. */
static bool wait_for_any(struct metrics_endpoint *e, uint64_t ns)
{
	const struct timespec t = duration(ns);
	struct pollfd fds[2 + ENDPOINT_CONNECTIONS] = {
		{.fd = e->stop, .events = POLLIN},
		{.fd = e->epoll, .events = POLLIN},
	};
	struct pollfd *of = &fds[2];
	uint64_t now_ns;

	for (int i = 0; i < ENDPOINT_CONNECTIONS; i++) {
		of[i].fd = e->visitors[i].leaving ? -1 : e->visitors[i].fd;
		of[i].events = POLLRDHUP;
	}
	if (ppoll(fds, 2 + ENDPOINT_CONNECTIONS, &t, NULL) < 0)
		return false;
	now_ns = clock_ns();
	for (int i = 0; i < ENDPOINT_CONNECTIONS; i++)
		if (of[i].revents)
			see_off(&e->visitors[i], of[i].revents, now_ns);
	return fds[0].revents;
}

/* Rests, or returns earlier for the order to stop. Is it the order? */
static bool rest(struct metrics_endpoint *e, uint64_t ns)
{
	const struct timespec t = duration(ns);
	struct pollfd stop = {.fd = e->stop, .events = POLLIN};

	return ppoll(&stop, 1, &t, NULL) > 0;
}

/* How long nothing happens by itself. */
static uint64_t patience_ns(struct metrics_endpoint *e)
{
	uint64_t now_ns = clock_ns(), least_ns = 3600 * SECOND_NS;
	unsigned long long ms;

	if (e->room)
		return 0;
	if (e->lib.get_timeout(e->daemon, &ms) == MHD_YES &&
		ms < least_ns / 1000000)
		least_ns = ms * 1000000;
	for (int i = 0; i < ENDPOINT_CONNECTIONS; i++) {
		const struct visitor *v = &e->visitors[i];

		if (v->fd < 0 || v->until_ns >= now_ns + least_ns)
			continue;
		least_ns = v->until_ns > now_ns ? v->until_ns - now_ns : 0;
	}
	return least_ns;
}

static void answer_all(struct metrics_endpoint *e)
{
	bool stopped = false;

	while (!stopped) {
		uint64_t begin_ns, spent_ns;

		stopped = wait_for_any(e, patience_ns(e));
		if (stopped)
			break;
		begin_ns = clock_thread_ns();
		e->room = false;
		(void)e->lib.run(e->daemon);
		show_out(e);
		spent_ns = clock_thread_ns() - begin_ns;
		stopped = rest(e, spent_ns * (ENDPOINT_SHARE - 1));
	}
}

static int start_daemon(struct metrics_endpoint *e)
{
	/* The library closes it. */
	int fd = fcntl(e->config.fd, F_DUPFD_CLOEXEC, 3);
	const union MHD_DaemonInfo *info;

	if (fd < 0)
		return -errno;
	errno = 0;
	e->daemon = e->lib.start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, answer, e,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)ENDPOINT_CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)ENDPOINT_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, note_visitor, e, MHD_OPTION_END);
	if (!e->daemon) {
		int error = errno ? -errno : -ENOMEM;

		close(fd);
		return error;
	}
	info = e->lib.get_daemon_info(e->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	e->epoll = info->epoll_fd;
	return 0;
}

/* Of this thread alone; anybody may do that. Real-time workers would otherwise
 * share their priority with it. */
static void yield_to_others(void)
{
	const struct sched_param none = {0};
	int policy = sched_getscheduler(0);

	if (policy == SCHED_FIFO || policy == SCHED_RR)
		(void)sched_setscheduler(0, SCHED_OTHER, &none);
	if (getpriority(PRIO_PROCESS, 0) < NICE)
		(void)setpriority(PRIO_PROCESS, 0, NICE);
}

static void *run(void *arg)
{
	struct metrics_endpoint *e = arg;

	yield_to_others();
	e->error = e->config.settle ? e->config.settle() : 0;
	sem_post(&e->settled);
	if (!e->error)
		answer_all(e);
	return NULL;
}

/* Starts the thread, and waits until it has settled. 0 or -errno. */
static int start_thread(struct metrics_endpoint *e)
{
	sigset_t all, before;
	int error;

	sem_init(&e->settled, 0, 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&e->thread, NULL, run, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return -error;
	while (sem_wait(&e->settled) && errno == EINTR)
		;
	if (e->error)
		pthread_join(e->thread, NULL);
	return e->error;
}

static int start(struct metrics_endpoint *e)
{
	int error;

	e->stop = eventfd(0, EFD_CLOEXEC);
	if (e->stop < 0)
		return -errno;
	error = start_daemon(e);
	if (!error)
		error = start_thread(e);
	if (error && e->daemon)
		e->lib.stop_daemon(e->daemon);
	if (error)
		close(e->stop);
	return error;
}

bool metrics_endpoint_supported(void)
{
	return true;
}

int metrics_endpoint_open(struct metrics_endpoint **out,
	const struct metrics_endpoint_config *config, char *why,
	size_t why_bytes)
{
	struct metrics_endpoint *e = calloc(1, sizeof(*e));
	int error;

	if (!e) {
		snprintf(why, why_bytes, "no memory");
		return -ENOMEM;
	}
	e->config = *config;
	for (int i = 0; i < ENDPOINT_CONNECTIONS; i++)
		e->visitors[i].fd = -1;
	error = http_library_open(&e->lib, why, why_bytes);
	if (!error) {
		error = start(e);
		if (error)
			snprintf(why, why_bytes,
				"cannot start answering scrapers: %s",
				strerror(-error));
	}
	if (error)
		free(e);
	else
		*out = e;
	return error;
}

void metrics_endpoint_close(struct metrics_endpoint *e)
{
	if (!e)
		return;
	(void)eventfd_write(e->stop, 1);
	pthread_join(e->thread, NULL);
	e->lib.stop_daemon(e->daemon);
	close(e->stop);
	free(e);
}
