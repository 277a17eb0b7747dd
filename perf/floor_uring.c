/* SPDX-License-Identifier: MIT */
/*
 * io_uring: one multishot recvmsg into a ring of provided buffers. The replies
 * of a batch are sent by the call that waits for the next batch. A send with
 * MSG_DONTWAIT is complete when the submission returns, so its buffers are
 * given back then.
 */
#include "floor.h"

#include <errno.h>
#include <liburing.h>
#include <sys/mman.h>

#define BUFFERS    64 /* two batches */
#define NAME_BYTES 48
#define HEAD       (sizeof(struct io_uring_recvmsg_out) + NAME_BYTES)
#define RECEIVE    UINT64_MAX
#define FLAGS                                                                  \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |             \
		IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE)

struct uring {
	struct io_uring ring;
	struct io_uring_buf_ring *buffers;
	struct msghdr in; /* room for name and control in each buffer */
	bool armed;
	int failed;
	unsigned loan[FLOOR_BATCH],
		loans; /* buffers whose replies are queued */
};

static char data[BUFFERS][FLOOR_SLOT + 128];
static struct floor_reply reply[FLOOR_BATCH];
static struct msghdr out[FLOOR_BATCH];

static int setup(struct uring *u, const struct floor *f)
{
	struct io_uring_params params = {.flags = FLAGS, .cq_entries = 512};
	struct io_uring_buf_reg reg = {.ring_entries = BUFFERS};
	int error = io_uring_queue_init_params(64, &u->ring, &params);

	if (!error)
		error = io_uring_register_ring_fd(&u->ring) == 1 ? 0 : -EIO;
	if (!error)
		error = io_uring_register_files(&u->ring, &f->fd, 1);
	if (error)
		return error;
	u->buffers = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf),
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (u->buffers == MAP_FAILED)
		return -errno;
	reg.ring_addr = (uintptr_t)u->buffers;
	error = io_uring_register_buf_ring(&u->ring, &reg, 0);
	if (error)
		return error;
	for (unsigned i = 0; i < BUFFERS; i++)
		io_uring_buf_ring_add(u->buffers, data[i], sizeof(data[i]),
			(unsigned short)i, BUFFERS - 1, (int)i);
	io_uring_buf_ring_advance(u->buffers, BUFFERS);
	u->in.msg_namelen = NAME_BYTES;
	u->in.msg_controllen = floor_control(f);
	return 0;
}

static void arm(struct uring *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	io_uring_prep_recvmsg_multishot(sqe, 0, &u->in, 0);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
	sqe->user_data = RECEIVE;
	u->armed = true;
}

static void queue(struct uring *u, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
		struct floor_reply *r = &reply[i];

		if (r->pieces == 1 && r->bytes == r->segment_bytes) {
			io_uring_prep_send(sqe, 0, r->iov[0].iov_base, r->bytes,
				MSG_DONTWAIT);
			io_uring_prep_send_set_addr(sqe,
				(struct sockaddr *)r->peer, sizeof(*r->peer));
		} else {
			floor_header(&out[i], r);
			io_uring_prep_sendmsg(sqe, 0, &out[i], MSG_DONTWAIT);
		}
		sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
		sqe->user_data = i;
	}
}

static uint32_t take(
	struct uring *u, struct floor *f, unsigned id, uint32_t count)
{
	struct io_uring_recvmsg_out *o = (void *)data[id];
	char *control = data[id] + HEAD,
	     *payload = control + u->in.msg_controllen;
	struct msghdr h = {
		.msg_control = control,
		.msg_controllen = o->controllen,
	};
	uint32_t segment_bytes = floor_segment_bytes(&h);

	u->loan[u->loans++] = id;
	f->trains_received++;
	f->datagrams += floor_segments(o->payloadlen, segment_bytes);
	if (!f->echo)
		return 0;
	return floor_couple(f, reply, count,
		(struct sockaddr_in *)(data[id] + sizeof(*o)), payload,
		o->payloadlen, segment_bytes);
}

/* Takes up to a batch of completions, and leaves the rest for the next turn. */
static uint32_t reap(struct uring *u, struct floor *f)
{
	struct io_uring_cqe *cqe;
	uint32_t count = 0;
	unsigned head, n = 0;

	io_uring_for_each_cqe(&u->ring, head, cqe)
	{
		if (u->loans == FLOOR_BATCH)
			break;
		n++;
		if (cqe->user_data != RECEIVE) {
			u->failed = cqe->res;
			continue;
		}
		if (!(cqe->flags & IORING_CQE_F_MORE))
			u->armed = false;
		if (cqe->flags & IORING_CQE_F_BUFFER)
			count = take(u, f,
				cqe->flags >> IORING_CQE_BUFFER_SHIFT, count);
	}
	io_uring_cq_advance(&u->ring, n);
	return count;
}

static void give_back(struct uring *u)
{
	for (unsigned i = 0; i < u->loans; i++)
		io_uring_buf_ring_add(u->buffers, data[u->loan[i]],
			sizeof(data[0]), (unsigned short)u->loan[i],
			BUFFERS - 1, (int)i);
	io_uring_buf_ring_advance(u->buffers, (int)u->loans);
	u->loans = 0;
}

int floor_uring(struct floor *f)
{
	static struct uring u;
	struct __kernel_timespec ts = {.tv_nsec = FLOOR_TIMEOUT_MS * 1000000};
	int error = setup(&u, f);

	while (!error && !floor_stop) {
		struct io_uring_cqe *cqe;

		if (!u.armed)
			arm(&u);
		error = io_uring_submit_and_wait_timeout(
			&u.ring, &cqe, 1, &ts, NULL);
		if (error < 0 && error != -ETIME && error != -EINTR)
			return error;
		error = 0;
		give_back(&u);
		queue(&u, reap(&u, f));
		f->batches += u.loans > 0;
		if (u.failed)
			return u.failed;
	}
	return error;
}
