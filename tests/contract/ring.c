/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REGISTER_BUFFERS   0
#define UNREGISTER_BUFFERS 1
#define REGISTER_NAPI      27

struct ring_polled ring_polled;
int ring_poll_refused;
struct ring_call ring_calls[RING_CALLS];
unsigned ring_call_count;
int ring_unregister_refused;

int __wrap_io_uring_register(
	unsigned fd, unsigned opcode, const void *arg, unsigned n);

static int call_buffers(
	unsigned fd, unsigned opcode, const void *arg, unsigned n)
{
	if (opcode == REGISTER_BUFFERS && getenv("LOCKS_NONE"))
		return -ENOMEM;
	if (opcode == UNREGISTER_BUFFERS && ring_unregister_refused)
		return ring_unregister_refused;
	/* Without liburing, there is no function to call. */
	if (syscall(SYS_io_uring_register, fd, opcode, arg, n))
		return -errno;
	return 0;
}

static int note_buffers(
	unsigned fd, unsigned opcode, const void *arg, unsigned n)
{
	int error = call_buffers(fd, opcode, arg, n);

	cr_assert((opcode == REGISTER_BUFFERS) == (n > 0));
	if (ring_call_count < RING_CALLS)
		ring_calls[ring_call_count] = (struct ring_call){n, error};
	ring_call_count++;
	return error;
}

int __wrap_io_uring_register(
	unsigned fd, unsigned opcode, const void *arg, unsigned n)
{
	cr_assert(fd > 2);
	if (opcode == REGISTER_BUFFERS || opcode == UNREGISTER_BUFFERS)
		return note_buffers(fd, opcode, arg, n);
	cr_assert(opcode == REGISTER_NAPI && n == 1);
	memcpy(&ring_polled, arg, sizeof(ring_polled));
	return ring_poll_refused;
}
