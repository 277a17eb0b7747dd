/* SPDX-License-Identifier: MIT */
/*
 * recvfrom(2), recvmsg(2) and sendto(2) as the kernel has them. libc's are
 * cancellation points (pthreads(7)): in a program of several threads each call
 * changes the thread's state twice by atomic operations, which was 4 % of all
 * that a datagram costs here, and nothing cancels a thread.
 *
 * errno and the value are libc's.
 */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

ssize_t call_recvfrom(int fd, void *data, size_t room, int flags,
	struct sockaddr *from, socklen_t *from_bytes);
ssize_t call_recvmsg(int fd, struct msghdr *h, int flags);
ssize_t call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes);
