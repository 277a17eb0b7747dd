/* SPDX-License-Identifier: MIT */
#include "backend/intake.h"

#include "backend/control.h"
#include "core/lines.h"
#include "net/call.h"

#include <errno.h>
#include <stdlib.h>

int intake_init(struct intake *in, const struct backend_config *config)
{
	uint32_t n = config->batch;
	int error = slots_init(&in->slots, n, TRAIN_ROOM);

	if (error)
		return error;
	in->capacity = n;
	in->slot_bytes = backend_slot_bytes(config);
	in->head_only = config->head_only;
	in->control_room = control_room(config);
	in->headers = lines_alloc(n, sizeof(*in->headers));
	in->iov = lines_alloc(n, sizeof(*in->iov));
	in->control = lines_alloc(n, CONTROL_ROOM_MOST);
	in->peers = lines_alloc(n, sizeof(*in->peers));
	if (!in->headers || !in->iov || !in->control || !in->peers)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		in->iov[i] =
			(struct iovec){slots_at(&in->slots, i), in->slot_bytes};
		in->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &in->peers[i],
			.msg_iov = &in->iov[i],
			.msg_iovlen = 1,
			.msg_control = in->control + i * in->control_room,
		};
	}
	in->used = n;
	return 0;
}

void intake_fini(struct intake *in)
{
	slots_fini(&in->slots);
	free(in->headers);
	free(in->iov);
	free(in->control);
	free(in->peers);
	*in = (struct intake){0};
}

/* The kernel has overwritten the sizes with lengths. */
void intake_reset(struct intake *in)
{
	for (uint32_t i = 0; i < in->used; i++) {
		in->headers[i].msg_hdr.msg_namelen = sizeof(in->peers[i]);
		in->headers[i].msg_hdr.msg_controllen = in->control_room;
	}
	in->used = 0;
}

static void fill_train(struct intake *in, struct train *t, uint32_t i)
{
	const struct msghdr *h = &in->headers[i].msg_hdr;
	uint32_t bytes = in->headers[i].msg_len;

	train_shape(
		t, bytes, control_take(h->msg_control, h->msg_controllen, t));
	t->data = slots_at(&in->slots, i);
	t->peer = &in->peers[i];
	t->truncated = h->msg_flags & MSG_CTRUNC;
	if (bytes > in->slot_bytes)
		train_cut(t, in->slot_bytes, in->head_only);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
}

/* As recvmmsg(2). With MSG_TRUNC the length is the datagram's, not that of the
 * copy. */
static int receive(
	struct mmsghdr *headers, uint32_t room, int fd, int flag, bool lone)
{
	ssize_t n;

	if (!lone)
		return call_recvmmsg(
			fd, headers, room, flag | MSG_TRUNC | MSG_WAITFORONE);
	n = call_recvmsg(fd, &headers->msg_hdr, flag | MSG_TRUNC);
	if (n < 0)
		return -1;
	headers->msg_len = (unsigned)n;
	return 1;
}

int intake_receive(
	struct intake *in, int fd, int flag, struct batch *b, bool lone)
{
	uint32_t first = b->count;
	int n = receive(
		in->headers + first, in->capacity - first, fd, flag, lone);

	if (n < 0)
		return -errno;
	in->used = b->count = first + (uint32_t)n;
	for (uint32_t i = first; i < in->used; i++)
		fill_train(in, &b->trains[i], i);
	return n;
}
