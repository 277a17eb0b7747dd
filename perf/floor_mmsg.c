/* SPDX-License-Identifier: MIT */
/* recvmmsg and sendmmsg, with a batch in each call. */
#include "floor.h"

#include <errno.h>

static char data[FLOOR_BATCH][FLOOR_SLOT];
static struct mmsghdr in[FLOOR_BATCH], out[FLOOR_BATCH];
static struct iovec iov[FLOOR_BATCH];
static struct sockaddr_in peer[FLOOR_BATCH];
static struct floor_reply reply[FLOOR_BATCH];
static struct {
	_Alignas(struct cmsghdr) char bytes[FLOOR_CONTROL];
} control[FLOOR_BATCH];

static void offer(const struct floor *f, int n)
{
	for (int i = 0; i < n; i++) {
		in[i].msg_hdr.msg_namelen = sizeof(peer[i]);
		in[i].msg_hdr.msg_controllen = floor_control(f);
	}
}

static int answer(const struct floor *f, int n)
{
	uint32_t count = 0, done = 0;

	for (int i = 0; i < n; i++)
		count = floor_couple(f, reply, count, &peer[i], data[i],
			in[i].msg_len, floor_segment_bytes(&in[i].msg_hdr));
	for (uint32_t i = 0; i < count; i++)
		floor_header(&out[i].msg_hdr, &reply[i]);
	while (done < count) {
		int sent =
			sendmmsg(f->fd, out + done, count - done, MSG_DONTWAIT);

		if (sent <= 0)
			return sent ? -errno : -EIO;
		done += (uint32_t)sent;
	}
	return 0;
}

int floor_mmsg(struct floor *f)
{
	for (int i = 0; i < FLOOR_BATCH; i++) {
		iov[i] = (struct iovec){data[i], FLOOR_SLOT};
		in[i].msg_hdr = (struct msghdr){
			.msg_name = &peer[i],
			.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_control = control[i].bytes,
		};
	}
	offer(f, FLOOR_BATCH);
	while (!floor_stop) {
		int n = recvmmsg(f->fd, in, FLOOR_BATCH, MSG_WAITFORONE, NULL);
		int error = 0;

		if (n < 0)
			continue;
		f->batches++;
		f->trains_received += (uint64_t)n;
		for (int i = 0; i < n; i++)
			f->datagrams += floor_segments(in[i].msg_len,
				floor_segment_bytes(&in[i].msg_hdr));
		if (f->echo)
			error = answer(f, n);
		if (error)
			return error;
		offer(f, n);
	}
	return 0;
}
