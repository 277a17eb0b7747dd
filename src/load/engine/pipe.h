/* SPDX-License-Identifier: MIT */
/*
 * A pipe through which pages go into sockets without being copied: vmsplice(2)
 * puts references to them into it, and splice(2) hands these to the socket
 * (MSG_SPLICE_PAGES, Linux 6.5).
 */
#pragma once

#include <stdint.h>
#include <sys/uio.h>

/* What the kernel hands to a socket in one send: a message must not have
 * more. */
#define PIPE_MESSAGE_PAGES 16

struct pipe {
	int in, out;
	uint32_t pages; /* it has room for so many */
};

/* 0 or -errno. */
int pipe_init(struct pipe *p);

/* Not legal on zeroed state. */
void pipe_fini(struct pipe *p);

/* Puts in n pieces of memory of bytes in all, for which there must be room. 0
 * or -errno (also EINTR); then it is empty. */
int pipe_put(struct pipe *p, const struct iovec *iov, uint32_t n, size_t bytes);

/* Sends the next bytes to a socket, as one message. 0 or -errno (also
 * EINTR). */
int pipe_send(const struct pipe *p, int fd, uint32_t bytes);

/* Takes out what was not sent. */
void pipe_empty(const struct pipe *p);

/* Can it be done here? Sends itself a train of two pages over loopback. 0 or
 * -errno. */
int pipe_probe(void);
