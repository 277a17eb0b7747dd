/* SPDX-License-Identifier: MIT */
/* What a thread needs before it runs: its buffers, filled as far as they can
 * be, and its epoll. */
#include "load/loop/thread.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t out_bytes(const struct load_thread *t)
{
	return t->out_stride * SEND_SINGLES;
}

static size_t in_stride(void)
{
	return (TRAIN_ROOM / 64 + 2) * 64;
}

static void init_headers(struct load_thread *t)
{
	for (uint32_t i = 0; i < SEND_SINGLES; i++) {
		t->out_iov[i].iov_base = t->out + i * t->out_stride;
		t->out_headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &t->out_iov[i],
			.msg_iovlen = 1,
		};
	}
	for (uint32_t i = 0; i < RECEIVE_MAX; i++) {
		t->in_iov[i] =
			(struct iovec){t->in + i * in_stride(), TRAIN_ROOM};
		t->in_headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &t->in_iov[i],
			.msg_iovlen = 1,
			.msg_control = t->in_control[i].bytes,
		};
	}
}

/* Of one size and header checks only, each probe's payload is there before the
 * run: only headers are written. */
static void fill_payload(struct load_thread *t)
{
	uint32_t bytes = t->config->sizes.most;
	const uint8_t *data = t->config->payload ? t->config->payload
						 : t->shared->content.data;

	t->prefilled = !sizes_mixed(&t->config->sizes) &&
		       !t->config->verify_full && !t->config->replay;
	/* All slots: trains may be given up. */
	for (uint32_t i = 0; t->prefilled && i < SEND_SINGLES; i++)
		for (uint32_t k = 0; k < (i < SEND_TRAINS ? t->train : 1); k++)
			memcpy(t->out + i * t->out_stride + (size_t)k * bytes,
				data, bytes);
}

/* Bytes of the longest send. */
static size_t longest_unit(const struct load_thread *t)
{
	size_t longest = 0;

	for (uint32_t i = 0; i < SIZES_TABLE; i++) {
		const struct load_unit *u = &t->shared->units[i];
		size_t bytes = (size_t)u->bytes * u->segments;

		if (bytes > longest)
			longest = bytes;
	}
	return longest;
}

static int watch(struct load_thread *t)
{
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll < 0)
		return -errno;
	for (uint32_t i = 0; i < t->flow_count; i++) {
		struct epoll_event e = {
			.events = EPOLLIN,
			.data.u32 = i,
		};

		if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->flows[i].fd, &e))
			return -errno;
	}
	return 0;
}

int thread_init(struct load_thread *t, struct load_shared *shared)
{
	int error;

	t->shared = shared;
	t->config = shared->config;
	t->epoll = -1;
	rtt_init(&t->rtt, t->config->timeout_ns);
	atomic_store(&t->timeout_ns, t->rtt.timeout_ns);
	atomic_store(&t->least_rtt_ns, t->rtt.least_ns);
	/* A firewall may say of some flows what it does not of others. */
	t->receives.worked = t->sends.worked = true;
	/* An odd number of cache lines, as for the server's slots. */
	t->out_stride = ((longest_unit(t) / 64 + 1) | 1) * 64;
	t->out = map(out_bytes(t));
	t->in = map(in_stride() * RECEIVE_MAX);
	if (!t->out || !t->in)
		return -ENOMEM;
	t->cursor.left = sizes_mixed(&t->config->sizes) ? t->train : UINT32_MAX;
	init_headers(t);
	fill_payload(t);
	error = watch(t);
	return error ? error : churn_init(t);
}

void thread_fini(struct load_thread *t)
{
	churn_fini(t);
	if (t->out)
		munmap(t->out, out_bytes(t));
	if (t->in)
		munmap(t->in, in_stride() * RECEIVE_MAX);
	if (t->config && t->epoll >= 0)
		close(t->epoll);
	t->out = NULL;
	t->in = NULL;
	t->epoll = -1;
}
