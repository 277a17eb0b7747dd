/* SPDX-License-Identifier: MIT */
/*
 * The calls that move datagrams, from recvfrom(2) to sendmmsg(2), as direct
 * system calls. libc's functions are cancellation points (pthreads(7)): with
 * several threads each call changes the thread's state by two atomic
 * operations, which were 4 % of the cost of a datagram, and no thread is ever
 * cancelled here.
 *
 * They return the same values and set errno like libc's.
 */
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

ssize_t call_recvfrom(int fd, void *data, size_t room, int flags,
	struct sockaddr *from, socklen_t *from_bytes);
ssize_t call_recvmsg(int fd, struct msghdr *h, int flags);
int call_recvmmsg(int fd, struct mmsghdr *list, unsigned n, int flags);
int call_sendmmsg(int fd, struct mmsghdr *list, unsigned n, int flags);
int call_poll(struct pollfd *list, nfds_t n, int timeout_ms);
ssize_t call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes);
