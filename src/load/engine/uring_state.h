/* SPDX-License-Identifier: MIT */
/* Shared by the files of the io_uring engine: uring.c has its table, its links
 * and slots, uring_ring.c the ring and its buffers, uring_thread.c makes
 * another for another thread, uring_reap.c reads completions, uring_receive.c
 * and uring_send.c do what their names say. */
#pragma once

#include "core/division.h"
#include "core/failures.h"
#include "core/slots.h"
#include "load/engine/cmsg.h"
#include "load/engine/engine.h"
#include "load/engine/errors.h"
#include "load/engine/outbox.h"
#include "load/engine/pages.h"

#include <liburing.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Buffers to receive into; a power of two. Few, since the kernel takes the one
 * that was unused longest. */
#define URING_BUFFERS 64
#define URING_SLOTS   (2 * ENGINE_MESSAGES)
#define URING_ENTRIES 256
/* Of sends without copying: IORING_SEND_ZC_REPORT_USAGE (Linux 6.2). */
#define URING_LEND_FLAGS (1u << 3)
/* A buffer has struct io_uring_recvmsg_out, control messages, payload. */
#define URING_CONTROL_BYTES                                                    \
	48 /* 16 + 48: the payload begins on a cache line                      \
	    */
#define URING_HEAD (sizeof(struct io_uring_recvmsg_out) + URING_CONTROL_BYTES)

/* What a completion is of, in the upper byte of its user_data. */
enum uring_kind {
	URING_RECEIVE = 1, /* with the link's number and serial */
	URING_SEND,        /* with the message's number */
	URING_LEND,        /* the same and the slot, sent without copying */
};

struct link {
	int fd; /* -1: free */
	void *owner;
	struct link *next; /* free ones, or those to be armed */
	uint32_t serial;   /* changes with each removal */
	bool waits;        /* in the list of those to be armed */
	struct errors errors;
};

/* A received buffer, or the error that ended a receive. */
struct uring_arrival {
	struct link *link;
	int error; /* -errno; 0: there is a buffer */
	uint16_t buffer;
};

struct uring {
	struct io_uring ring;
	bool made;
	uint64_t thread; /* that made it */
	struct io_uring_buf_ring *buffers;
	size_t buffers_bytes;
	struct slots slots;     /* the buffers' memory */
	struct failures enters; /* of receives */
	struct msghdr in;       /* the size of control messages in a buffer */

	struct link *links, *unused; /* unused ones from the first on */
	uint32_t sockets;
	struct link *arm_first, *arm_last;
	bool troubled; /* a link may have an error for the next recv */

	/* Received and not handed out: a ring of a power of two. Each takes a
	 * buffer or ends a link's receive, so that there are never more. */
	struct uring_arrival *arrivals;
	uint32_t arrival_room, arrival_first, arrival_count;
	uint16_t loan[ENGINE_ARRIVALS]; /* buffers handed out last */
	uint32_t loan_count;

	struct pages pages;
	bool busy[URING_SLOTS];    /* the kernel still reads it */
	bool refused[URING_SLOTS]; /* its send has failed */
	uint32_t lend_from;        /* bytes of what is sent without copying */
	bool lends;                /* the kernel can, and is to */
	bool lends_always;         /* even if it copies after all */
	uint32_t copy_next;        /* messages before lending again */
	struct engine_copies copies;
	int send_errors[ENGINE_MESSAGES]; /* -errno; 0: sent */
	uint32_t singly;   /* so many messages are submitted one by one */
	struct outbox out; /* what is not sent by the ring */
	struct msghdr out_headers[ENGINE_MESSAGES];
	struct iovec out_iov[ENGINE_MESSAGES];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_SEND_BYTES];
	} out_control[ENGINE_MESSAGES];
};

static inline uint64_t uring_tag(
	enum uring_kind kind, uint32_t high, uint32_t low)
{
	return (uint64_t)kind << 56 | (uint64_t)high << 32 | low;
}

/* What is at that place among those that are not handed out. */
static inline struct uring_arrival *uring_arrival_at(
	struct uring *u, uint32_t i)
{
	return &u->arrivals[(u->arrival_first + i) & (u->arrival_room - 1)];
}

int uring_engine_probe(char *why, size_t why_bytes);

/* engine_ops.suits. */
int uring_engine_suits(
	const struct engine_traffic *traffic, char *why, size_t why_bytes);

/* A number of the calling thread that no other gets, unlike its ID. */
uint64_t uring_this_thread(void);

/* Makes the ring and its buffers. 0 or -errno; uring_close_ring in either
 * case. */
int uring_open_ring(struct uring *u);
void uring_close_ring(struct uring *u);

/* Only the thread that has made a ring may use it: makes another if this is
 * another thread than before. 0 or -errno. */
int uring_enter_thread(struct uring *u);

/* Gives n buffers back to the kernel. */
void uring_give(struct uring *u, const uint16_t *buffers, uint32_t n);

/* An entry of the submission queue; submits if that is full. NULL: the kernel
 * takes none. */
struct io_uring_sqe *uring_entry(struct uring *u);

/* The tag of a link's receive. */
uint64_t uring_tag_of(const struct uring *u, const struct link *link);

/* Enlists a link whose receive is to be started. */
void uring_want_receive(struct uring *u, struct link *link);

/* Ends the link's receive, and drops what it has brought. */
void uring_end_receive(struct uring *u, struct link *link);

/* Empties the completion queue. */
void uring_reap_all(struct uring *u);

int uring_engine_recv(
	void *self, struct engine_arrivals *in, uint64_t timeout_ns);
bool uring_engine_holds(void *self, void *link);
int uring_engine_send(
	void *self, const struct engine_message *messages, uint32_t n);
