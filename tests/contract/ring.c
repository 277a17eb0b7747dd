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
unsigned ring_buffer_calls;
int ring_buffers_error;

int __wrap_io_uring_register(
	unsigned fd, unsigned opcode, const void *arg, unsigned n);

static int register_buffers(unsigned fd, const void *arg, unsigned n)
{
	ring_buffer_calls++;
	if (getenv("LOCKS_NONE"))
		return -ENOMEM;
	/* Without liburing, there is no function to call. */
	if (syscall(SYS_io_uring_register, fd, REGISTER_BUFFERS, arg, n))
		return -errno;
	return 0;
}

int __wrap_io_uring_register(
	unsigned fd, unsigned opcode, const void *arg, unsigned n)
{
	cr_assert(fd > 2);
	if (opcode == REGISTER_BUFFERS)
		return ring_buffers_error = register_buffers(fd, arg, n);
	if (opcode == UNREGISTER_BUFFERS)
		return (int)syscall(SYS_io_uring_register, fd, opcode, arg, n);
	cr_assert(opcode == REGISTER_NAPI && n == 1);
	memcpy(&ring_polled, arg, sizeof(ring_polled));
	return ring_poll_refused;
}
