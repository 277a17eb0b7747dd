/* SPDX-License-Identifier: MIT */
/*
 * Failing sends. Where possible the kernel itself is made to refuse, for every
 * backend; full buffers are simulated by wrappers of its calls (ld --wrap), for
 * backends that use those calls.
 */
#include "fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint8_t out[DATAGRAM_MAX_V6], in[DATAGRAM_MAX_V6];

/* What the wrappers do next: so many calls fail with error, ... */
static int fail_calls, fail_error;
/* ... or take so many messages of a sendmmsg; 0: all. */
static unsigned take_at_most;
/* Sends of trains fail with this, as from a device that cannot. */
static int refuse_trains;

ssize_t __real_sendmsg(int fd, const struct msghdr *h, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *h, int flags);
int __real_call_sendmmsg(int fd, struct mmsghdr *v, unsigned n, int flags);
int __wrap_call_sendmmsg(int fd, struct mmsghdr *v, unsigned n, int flags);
ssize_t __real_call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes);
ssize_t __wrap_call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes);

static bool fails(const struct msghdr *h)
{
	if (fail_calls > 0) {
		fail_calls--;
		errno = fail_error;
		return true;
	}
	if (refuse_trains && h && h->msg_controllen) {
		errno = refuse_trains;
		return true;
	}
	return false;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *h, int flags)
{
	return fails(h) ? -1 : __real_sendmsg(fd, h, flags);
}

int __wrap_call_sendmmsg(int fd, struct mmsghdr *v, unsigned n, int flags)
{
	if (fails(&v[0].msg_hdr))
		return -1;
	if (take_at_most && n > take_at_most)
		n = take_at_most;
	return __real_call_sendmmsg(fd, v, n, flags);
}

ssize_t __wrap_call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes)
{
	return fails(NULL) ? -1
			   : __real_call_sendto(
				     fd, data, bytes, flags, to, to_bytes);
}

/* Rings, into which no failure can be put. */
static bool uses_rings(const struct fixture *f)
{
	return strcmp(f->backend.ops->name, "uring") == 0 || f->share;
}

static union address nowhere;

/* Replies to requests of five bytes go to a port that cannot be sent to. */
static void misdirect(struct train *t, void *arg)
{
	handle_echo(t, arg);
	if (t->bytes == 5)
		t->peer = &nowhere;
}

Test(faults, of_one_reply_cost_no_other)
{
	static const size_t sizes[] = {3, 5, 7, 5, 9};
	struct fixture f;
	uint32_t sent = 0, failed = 0;
	int fd;

	cr_assert(address_parse(&nowhere, "127.0.0.1:0") == 0);
	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	for (size_t i = 0; i < 5; i++)
		client_send(fd, out, sizes[i]);
	for (uint32_t got = 0; got < 5;) {
		uint32_t n = fixture_turn(&f, 1000, misdirect, NULL);

		cr_assert(n > 0);
		got += n;
		for (uint32_t i = 0; i < f.batch.message_count; i++) {
			const struct message *m = &f.batch.messages[i];

			sent += m->sent_segments;
			failed += m->segments - m->sent_segments;
			cr_assert((m->error == 0) ==
				  (m->sent_segments == m->segments));
			if (m->error)
				cr_assert(m->error == -EINVAL, "%s",
					strerror(-m->error));
		}
	}
	cr_assert(sent == 3 && failed == 2);
	for (size_t i = 0; i < 5; i += 2)
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == sizes[i]);
	cr_assert(client_is_silent(fd));
	close(fd);
	fixture_close(&f);
}

/* Longer than a datagram can be, on purpose. */
static void enlarge(struct train *t, void *arg)
{
	handle_echo(t, arg);
	t->reply_bytes = t->reply_segment_bytes = 65530;
}

Test(faults, of_length_are_reported)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	fd = client_open(&f, NULL, false);
	client_send(fd, out, 10);
	fixture_serve(&f, 1, enlarge, NULL);
	cr_assert(f.batch.messages[0].error == -EMSGSIZE);
	cr_assert(f.batch.messages[0].sent_segments == 0);
	client_send(fd, out, 10);
	fixture_serve(&f, 1, handle_echo, NULL);
	cr_assert(client_receive(fd, in, sizeof(in), NULL) == 10);
	close(fd);
	fixture_close(&f);
}

static void echo_all(struct fixture *f, int fd, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		memcpy(out, &i, sizeof(i));
		client_send(fd, out, 100 + i);
	}
	fixture_serve(f, n, handle_echo, NULL);
	for (uint32_t i = 0; i < n; i++) {
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 100 + i);
		cr_assert(memcmp(in, &i, sizeof(i)) == 0);
	}
	cr_assert(client_is_silent(fd));
}

Test(faults, of_a_short_sendmmsg_lose_nothing)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (strcmp(f.backend.ops->name, "mmsg") != 0) {
		fixture_close(&f);
		cr_skip_test("this backend does not use sendmmsg");
	}
	fd = client_open(&f, NULL, false);
	for (take_at_most = 1; take_at_most < 5; take_at_most++)
		echo_all(&f, fd, FIXTURE_BATCH);
	cr_assert(fixture_count(&f, COUNTER_SEND_SHORT) > 0);
	close(fd);
	fixture_close(&f);
}

Test(faults, of_a_full_send_buffer_are_waited_out)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (uses_rings(&f)) {
		fixture_close(&f);
		cr_skip_test("a failure cannot be put into a ring");
	}
	fd = client_open(&f, NULL, false);
	for (int n = 1; n < 3; n++) {
		fail_calls = n;
		fail_error = EAGAIN;
		echo_all(&f, fd, FIXTURE_BATCH);
		cr_assert(fail_calls == 0);
	}
	cr_assert(fixture_count(&f, COUNTER_SEND_WAITS) > 0);
	fail_calls = 1;
	fail_error = EINTR;
	echo_all(&f, fd, FIXTURE_BATCH);
	close(fd);
	fixture_close(&f);
}

/* A connected socket returns an error of an earlier send, and sends nothing. */
Test(faults, that_a_connected_socket_reports_cost_no_reply)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (!f.connects) {
		fixture_close(&f);
		cr_skip_test("this backend's sockets have no peers");
	}
	fd = client_open(&f, NULL, false);
	echo_all(&f, fd, 1);
	for (int n = 1; n < 4; n++) {
		fail_calls = n;
		fail_error = ECONNREFUSED;
		echo_all(&f, fd, 1);
		cr_assert(fail_calls == 0);
		fail_calls = n;
		echo_all(&f, fd, FIXTURE_BATCH);
		cr_assert(fail_calls == 0);
	}
	cr_assert(fixture_count(&f, COUNTER_CONNECTED_REPORTS) == 12);
	close(fd);
	fixture_close(&f);
}

Test(faults, that_last_are_reported_and_the_next_reply_is_sent)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (uses_rings(&f)) {
		fixture_close(&f);
		cr_skip_test("a failure cannot be put into a ring");
	}
	fd = client_open(&f, NULL, false);
	client_send(fd, out, 10);
	fail_calls = 100;
	fail_error = ENOBUFS;
	fixture_serve(&f, 1, handle_echo, NULL);
	cr_assert(f.batch.messages[0].error == -ENOBUFS);
	fail_calls = 0;
	echo_all(&f, fd, 3);
	close(fd);
	fixture_close(&f);
}

/* By the kernel itself: a segment that exceeds the path's MTU, on a loopback
 * device the size of which nobody can exceed, cannot be had; EIO is what an
 * old device says. */
Test(faults, of_a_refused_train_cost_speed_and_no_reply)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (uses_rings(&f) || !f.backend.ops->gro) {
		fixture_close(&f);
		cr_skip_test("this backend's trains cannot be refused here");
	}
	fd = client_open(&f, NULL, false);
	refuse_trains = EIO;
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < FIXTURE_BATCH; i++) {
			memcpy(out, &i, sizeof(i));
			client_send(fd, out, 60);
		}
		cr_assert(fixture_turn(&f, 1000, handle_echo, NULL) ==
			  FIXTURE_BATCH);
		cr_assert(f.batch.messages[0].sent_segments == FIXTURE_BATCH);
		cr_assert(f.batch.messages[0].sent_bytes == FIXTURE_BATCH * 60);
		for (uint32_t i = 0; i < FIXTURE_BATCH; i++) {
			cr_assert(
				client_receive(fd, in, sizeof(in), NULL) == 60);
			cr_assert(memcmp(in, &i, sizeof(i)) == 0);
		}
	}
	cr_assert(fixture_count(&f, COUNTER_GSO_REFUSED) == 3);
	cr_assert(f.notices == 1);
	close(fd);
	fixture_close(&f);
}

/* A kick that fails leaves the replies in the ring: they are not lost, even if
 * nothing more arrives. */
Test(faults, of_a_kick_delay_replies_and_lose_none)
{
	struct fixture f;
	int fd;

	fixture_open(&f, &(struct fixture_options){0});
	if (!f.share) {
		fixture_close(&f);
		cr_skip_test("this backend has no TX ring of a device");
	}
	fd = client_open(&f, NULL, false);
	for (int timeout_ms = 0; timeout_ms < 2; timeout_ms++) {
		client_send(fd, out, 10);
		fail_calls = 1;
		fail_error = EAGAIN;
		fixture_serve(&f, 1, handle_echo, NULL);
		cr_assert(fail_calls == 0);
		cr_assert(client_is_silent(fd));
		cr_assert(fixture_turn(&f, timeout_ms, handle_echo, NULL) == 0);
		cr_assert(client_receive(fd, in, sizeof(in), NULL) == 10);
	}
	close(fd);
	fixture_close(&f);
}
