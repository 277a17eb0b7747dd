/* SPDX-License-Identifier: MIT */
/* Waiting, ending, and failing to begin. */
#include "core/clock.h"
#include "fixture.h"
#include "ring.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of calls that a receive may make for the sake of waiting. */
static unsigned waiting_calls;

int __real_setsockopt(
	int fd, int level, int name, const void *value, socklen_t bytes);
int __wrap_setsockopt(
	int fd, int level, int name, const void *value, socklen_t bytes);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);

int __wrap_setsockopt(
	int fd, int level, int name, const void *value, socklen_t bytes)
{
	waiting_calls++;
	return __real_setsockopt(fd, level, name, value, bytes);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	waiting_calls++;
	return __real_poll(fds, n, timeout_ms);
}

static uint64_t milliseconds_of_recv(struct fixture *f, int timeout_ms)
{
	uint64_t start = clock_ns();
	int n = f->backend.ops->recv(f->backend.self, &f->batch, timeout_ms);

	cr_assert(n == 0 && f->batch.count == 0);
	return (clock_ns() - start) / 1000000;
}

Test(life, of_an_idle_receive_is_its_timeout)
{
	struct fixture f;
	uint64_t ms;

	fixture_open(&f, &(struct fixture_options){0});
	for (int i = 0; i < 3; i++) {
		cr_assert(milliseconds_of_recv(&f, 0) < 30);
		ms = milliseconds_of_recv(&f, 50);
		cr_assert(ms >= 40 && ms < 1000, "%lu ms", ms);
		ms = milliseconds_of_recv(&f, 10);
		cr_assert(ms >= 8 && ms < 1000, "%lu ms", ms);
	}
	fixture_close(&f);
}

/* From another process, while the receive waits. */
static pid_t send_later(int fd)
{
	const struct timespec later = {.tv_nsec = 30000000};
	pid_t child = fork();

	cr_assert(child >= 0);
	if (child)
		return child;
	(void)nanosleep(&later, NULL);
	_exit(send(fd, "x", 1, 0) != 1);
}

Test(life, of_a_waiting_receive_ends_with_the_datagram)
{
	struct fixture f;
	int n, fd, status;
	pid_t child;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (int i = 0; i < 3; i++) {
		child = send_later(fd);
		n = f.backend.ops->recv(f.backend.self, &f.batch, 10000);
		cr_assert(n == 1 && f.batch.count == 1, "%d", n);
		f.batch.message_count = 0;
		cr_assert(f.backend.ops->send(f.backend.self, &f.batch) == 0);
		cr_assert(waitpid(child, &status, 0) == child && status == 0);
	}
	close(fd);
	fixture_close(&f);
}

Test(life, counts_its_calls)
{
	struct fixture f;
	uint64_t before;
	char in[8];
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	before = fixture_count(&f, COUNTER_RECV_CALLS);
	milliseconds_of_recv(&f, 0);
	cr_assert(fixture_count(&f, COUNTER_RECV_CALLS) > before);
	fd = client_open(&f, NULL, false);
	client_send(fd, "x", 1);
	before = fixture_count(&f, COUNTER_SEND_CALLS);
	fixture_serve(&f, 1, handle_echo, NULL);
	cr_assert(fixture_count(&f, COUNTER_SEND_CALLS) > before);
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 1);
	close(fd);
	fixture_close(&f);
}

Test(life, may_end_with_a_batch_on_loan_and_more_queued)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (int i = 0; i < 10 * FIXTURE_BATCH; i++)
		client_send(fd, "x", 1);
	cr_assert(f.backend.ops->recv(f.backend.self, &f.batch, 1000) > 0);
	close(fd);
	fixture_close(&f);
}

Test(life, may_end_before_it_has_begun)
{
	struct fixture f;
	const struct backend_ops *ops;
	struct backend_config config = {.fd = -1, .batch = 4};
	struct backend b = {0};
	void *state;

	fixture_open(&f, &(struct fixture_options){0});
	ops = f.backend.ops;
	/* On zeroed state; on what init made of a descriptor that is none. */
	state = aligned_alloc(64, (ops->size + 63) / 64 * 64);
	cr_assert(state);
	memset(state, 0, ops->size);
	ops->fini(state);
	config.counters = f.counters;
	(void)ops->init(state, &config);
	ops->fini(state);
	free(state);
	backend_close(&b);
	fixture_close(&f);
}

Test(life, ends_with_an_error_if_continuing_is_pointless)
{
	struct fixture f;
	int n = 0;

	fixture_open(&f, &(struct fixture_options){0});
	cr_assert(milliseconds_of_recv(&f, 0) < 1000);
	if (strcmp(f.backend.ops->name, "uring") == 0) {
		fixture_close(&f);
		cr_skip_test("io_uring holds the socket open by itself");
	}
	close(f.fd);
	n = f.backend.ops->recv(f.backend.self, &f.batch, 10);
	cr_assert(n == -EBADF, "%d", n);
	f.fd = -1;
	fixture_close(&f);
}

Test(life, of_a_receive_that_may_not_wait_is_one_call_at_most)
{
	struct fixture f;
	uint64_t calls;

	fixture_open(&f, &(struct fixture_options){0});
	milliseconds_of_recv(&f, 10);
	calls = fixture_count(&f, COUNTER_RECV_CALLS);
	waiting_calls = 0;
	for (int i = 0; i < 1000; i++)
		milliseconds_of_recv(&f, 0);
	calls = fixture_count(&f, COUNTER_RECV_CALLS) - calls;
	cr_assert(calls <= 1000, "%lu calls", calls);
	cr_assert(waiting_calls == 0, "%u calls more", waiting_calls);
	fixture_close(&f);
}

Test(life, of_a_quiet_ring_asks_the_kernel_nothing)
{
	struct fixture f;
	uint64_t calls;

	fixture_open(&f, &(struct fixture_options){0});
	if (strcmp(f.backend.ops->name, "uring")) {
		fixture_close(&f);
		cr_skip_test("only a ring can be looked at without a call");
	}
	milliseconds_of_recv(&f, 10);
	calls = fixture_count(&f, COUNTER_RECV_CALLS);
	for (int i = 0; i < 1000; i++)
		milliseconds_of_recv(&f, 0);
	cr_assert(fixture_count(&f, COUNTER_RECV_CALLS) == calls);
	fixture_close(&f);
}

/* One that comes while nobody waits, after receives that brought nothing. */
Test(life, sees_what_comes_between_receives_that_may_not_wait)
{
	struct fixture f;
	char in[8];
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (int i = 0; i < 1000; i++) {
		uint64_t end = clock_ns() + 1000000000u;

		milliseconds_of_recv(&f, 0);
		client_send(fd, "abc", 3);
		while (!fixture_turn(&f, 0, handle_echo, NULL))
			cr_assert(clock_ns() < end, "%d was not seen", i);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 3);
	}
	close(fd);
	fixture_close(&f);
}

/* A peer that has gone sends reports: they are no datagrams, and no errors. */
Test(life, continues_when_a_peer_has_gone)
{
	struct fixture f;
	char in[8];
	int fd, gone;

	fixture_open(&f, &(struct fixture_options){0});
	for (int i = 0; i < 20; i++) {
		gone = client_open(&f, NULL, false);
		client_send(gone, "a", 1);
		/* Before its port is free, for which it would get the reply. */
		fd = client_open(&f, NULL, false);
		close(gone);
		client_send(fd, "bc", 2);
		fixture_serve(&f, 2, handle_echo, NULL);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 2);
		close(fd);
	}
	fixture_close(&f);
}

static int bind_alone(const union address *at)
{
	int fd = socket(at->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	cr_assert(fd >= 0);
	error = bind(fd, &at->sa, address_length(at)) ? errno : 0;
	close(fd);
	return error;
}

/* The next server may be started at once. An address of its own, for tests
 * that run beside this one take ports of 127.0.0.1. */
Test(life, leaves_the_port_free_when_it_ends)
{
	struct fixture f;

	for (int i = 0; i < 20; i++) {
		int fd, error;

		fixture_open(
			&f, &(struct fixture_options){.bind = "127.77.0.1:0"});
		fd = client_open(&f, NULL, false);
		client_send(fd, "x", 1);
		fixture_serve(&f, 1, handle_echo, NULL);
		close(fd);
		fixture_close(&f);
		error = bind_alone(&f.server);
		cr_assert(!error, "round %d: %s", i, strerror(error));
	}
}

/* What receives by calls has nothing to do for it. */
static void polls(uint32_t us, int refused, uint32_t expected, unsigned notices)
{
	struct fixture f;

	ring_polled.us = 0;
	ring_poll_refused = refused;
	fixture_open(&f, &(struct fixture_options){.busy_poll_us = us});
	if (f.got.busy_poll.us < us)
		cr_skip_test("SO_BUSY_POLL takes a capability");
	if (strcmp(f.backend.ops->name, "uring") != 0)
		expected = notices = 0;
	cr_assert(ring_polled.us == expected && ring_polled.prefer == 0);
	cr_assert(f.notices == notices);
	fixture_close(&f);
}

Test(life, polls_as_its_socket_was_told_to)
{
	polls(70, 0, 70, 0);
	polls(70, -EINVAL, 70, 1);
	polls(0, -EINVAL, 0, 0);
}
