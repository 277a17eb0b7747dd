/* SPDX-License-Identifier: MIT */
/*
 * A thread of the load generator and its flows: what send.c, receive.c and
 * thread.c share. Private to load/.
 */
#pragma once

#include "core/probe.h"
#include "core/train.h"
#include "load/engine/control.h"
#include "load/load.h"
#include "load/loop/churn.h"
#include "load/loop/flow.h"
#include "load/loop/halt.h"
#include "load/loop/rtt.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/socket.h>

/* Messages of one sendmmsg: of one datagram each, or of a train each. */
#define SEND_SINGLES 64
#define SEND_TRAINS  8
#define RECEIVE_MAX  16

/* What the length service answers. */
#define LENGTH_TEXT "Your data was %u bytes"

/* An idle thread looks at the phase and at lost replies so often. */
#define LOAD_IDLE_NS 10000000u

/* So few flows are all asked; of more, epoll says which to ask. */
#define SCAN_FLOWS 8

enum load_phase {
	PHASE_WARMUP,
	PHASE_WINDOW, /* what is measured */
	PHASE_REST,   /* nothing is sent any more */
	PHASE_END,
};

/* A send that is to be: so many datagrams of one size. */
struct load_unit {
	uint16_t bytes;
	uint16_t segments; /* at most */
};

/* Where in the table a thread is: so many datagrams of the entry are left. Each
 * entry is as many, in however many sends, so that weights are of datagrams. */
struct load_cursor {
	uint32_t unit, left;
};

/* What threads share, all of it read-only but for the atomics. */
struct load_shared {
	const struct load_config *config;
	const struct load_hooks *hooks;
	struct content content;
	struct load_unit units[SIZES_TABLE];
	char text[40]; /* what the length service answers, to one size */
	uint32_t text_bytes;
	uint64_t start_ns; /* of the plan */
	uint32_t runs;     /* so far, with this one: draws differ */
	_Atomic enum load_phase phase;
	_Atomic bool measured;  /* the phase is, or was, PHASE_WINDOW */
	_Atomic int64_t budget; /* datagrams still to send; with count only */
	_Atomic bool noticed;   /* that trains were refused */
	_Atomic uint32_t replayed;    /* threads at the end of a replay */
	_Atomic uint32_t next_flow;   /* the next one's number */
	_Atomic bool renewal_noticed; /* that one failed */
	_Atomic bool room_noticed;    /* that there was none for one */
	_Atomic bool halted;          /* a thread cannot go on */
	/* Datagrams that had left when ICMP last reported one too big. */
	_Atomic uint64_t too_big_until;
	struct load_thread *threads;
};

/* An open loop's bursts that are due and have not left. */
#define SCHEDULE_DUE 64
struct load_schedule {
	struct pace pace;
	uint64_t due[SCHEDULE_DUE];
	uint32_t first, count;
	uint32_t burst_left; /* datagrams of the first */
	uint32_t flow;       /* whose turn it is */
	uint64_t random;
	double share;
	uint64_t ahead_ns; /* the clock by which the kernel times sends */
	/* Of a replay: the next to be sent, and to become due. */
	const struct replay_item *item, *next_due;
	bool failed; /* item, once */
};

struct load_thread {
	struct load_shared *shared;
	const struct load_config *config;
	struct flow *flows;
	uint32_t flow_count;
	uint32_t number;
	uint32_t train; /* 1 once trains were refused */
	int epoll;
	enum load_phase phase;  /* as this thread knows it */
	_Atomic bool rests;     /* it knows that nothing is sent any more */
	uint64_t now_ns;        /* read once a send or receive */
	uint64_t in_flight;     /* of all flows; kept where there is a bound */
	uint64_t in_flight_max; /* 0: no bound */
	uint32_t turn;          /* the flow that is next, under the bound */
	uint32_t unheard;   /* datagrams sent since replies were looked for */
	uint64_t looked_ns; /* when flows were looked at for lost replies */
	struct rtt rtt;     /* of all of its flows */
	uint64_t hold_ns;   /* nothing is sent until then; 0: now is right */
	/* By the last flow_send: datagrams that the kernel never will take,
	 * which were the next to leave. */
	uint32_t given_up;

	struct load_cursor cursor; /* the next to be sent */
	uint8_t *out;              /* slots of the longest unit */
	size_t out_stride;
	bool prefilled; /* with the payload; else it is written each time */
	struct mmsghdr out_headers[SEND_SINGLES];
	struct iovec out_iov[SEND_SINGLES];
	struct load_message {
		uint32_t segments;
		uint64_t meant_ns;
	} out_messages[SEND_SINGLES];
	struct {
		_Alignas(struct cmsghdr) char bytes[TXTIME_CONTROL];
	} out_control[SEND_SINGLES];
	struct load_schedule schedule;
	struct churn churn;
	uint8_t *in;
	struct mmsghdr in_headers[RECEIVE_MAX];
	struct iovec in_iov[RECEIVE_MAX];
	struct {
		_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(int))];
	} in_control[RECEIVE_MAX];

	/* struct load_counts, field by field: one writer, read while it runs.
	 */
	_Alignas(64) _Atomic uint64_t
		live[sizeof(struct load_counts) / sizeof(uint64_t)];
	/* As of when the last datagram left or came. */
	_Atomic uint64_t active_ns;
	/* Of rtt, for who looks while it runs. */
	_Atomic uint64_t timeout_ns, least_rtt_ns;
	/* Of the window; and what was counted at its start: both by the thread
	 * itself, at one moment. */
	struct histogram histograms[LOAD_HISTOGRAMS];
	struct load_counts before;
	struct load_jitter jitter; /* of flows that are no more */
	/* LOAD_PACED: what was due in the window, with what it began behind by,
	 * and what of that left; of earlier runs, what never left. */
	struct {
		uint64_t due, sent, overdue;
	} kept;
	pthread_t thread;
	bool started;
	int error;
	const char *failed_call; /* for which it was halted */
	struct failures receives, sends;
};

#define LOAD_COUNT(t, field, n)                                                \
	load_count(&(t)->live[offsetof(struct load_counts, field) /            \
			      sizeof(uint64_t)],                               \
		n)

static inline void load_count(_Atomic uint64_t *c, uint64_t n)
{
	uint64_t v = atomic_load_explicit(c, memory_order_relaxed);

	atomic_store_explicit(c, v + n, memory_order_relaxed);
}

/* Of all flows, how many are a thread's. */
static inline uint32_t load_thread_flows(
	const struct load_config *c, uint32_t thread)
{
	uint64_t flows = c->flows;

	return (uint32_t)(flows * (thread + 1) / c->threads -
			  flows * thread / c->threads);
}

/* Has each thread sent all of a replay? */
static inline bool replay_spent(const struct load_shared *s)
{
	return s->config->replay &&
	       atomic_load(&s->replayed) == s->config->threads;
}

/* Buffers are mapped and filled. 0 or -errno; thread_fini in either case. */
int thread_init(struct load_thread *t, struct load_shared *shared);
void thread_fini(struct load_thread *t);

/* The thread's body: until the phase is PHASE_END. */
void *thread_run(void *thread);

/* Adds what the thread has counted so far. By any thread. */
void thread_counts(const struct load_thread *t, struct load_counts *sum);

/* What a flow may send now, because replies came or it is new: the number of
 * datagrams that left. */
uint32_t thread_answer(struct load_thread *t, struct flow *f);

/* Replies that have stopped are awaited no longer: their number. */
uint64_t thread_write_off(struct load_thread *t, struct flow *f);

/* What is to be sent: room datagrams, of which each per_time are meant to leave
 * at one of times; NULL: now. Or room of a replay's items. */
struct load_order {
	uint64_t room;
	const uint64_t *times;
	uint32_t per_time;
	const struct replay_item *const *items;
};

/* Sends it as the thread's trains: the number of datagrams the kernel took, 0
 * where it takes none now. */
uint32_t flow_send(
	struct load_thread *t, struct flow *f, const struct load_order *order);

/* On by so many datagrams. */
void send_move(const struct load_thread *t, struct load_cursor *c, uint32_t n);

/* A call of flow_send failed with error: counted, and where it will fail again
 * the next one is another. */
void flow_send_failed(struct load_thread *t, struct flow *f, int error);

/* Sends what is due by the plan. The number of datagrams that left, or were
 * given up. */
uint32_t schedule_step(struct load_thread *t);

/* The thread's part of the plan begins. */
void schedule_start(struct load_thread *t);

/* Nothing will be sent any more: what has become due is counted. */
void schedule_end(struct load_thread *t);

/* Nanoseconds until something is due; 0 where it is already, UINT64_MAX where
 * nothing will be. */
uint64_t schedule_wait_ns(const struct load_thread *t, uint64_t now_ns);

/* The same four of a replay: departures are its items, of this thread's flows.
 */
void replay_start(struct load_thread *t);
uint32_t replay_step(struct load_thread *t);
void replay_end(struct load_thread *t);
uint64_t replay_wait_ns(const struct load_thread *t, uint64_t now_ns);

/* Takes and checks what is there, a few batches at most: the number of
 * datagrams. */
uint32_t flow_receive(struct load_thread *t, struct flow *f);

/* The same, but waits for the first as long as the socket does. */
uint32_t flow_await(struct load_thread *t, struct flow *f);

/* After a call that failed with error, or (0) ended before its end: counts it,
 * and what ICMP has reported (IP_RECVERR), whose queue is emptied, since it
 * would fill the receive buffer. */
void flow_report(struct load_thread *t, struct flow *f, int error);
