/* SPDX-License-Identifier: MIT */
/*
 * The load generator: flows that send numbered probes, and check what comes
 * back. It shares nothing with the server but core/ and net/, so that the
 * instrument has no bug in common with what it measures.
 */
#pragma once

#include "core/address.h"
#include "core/histogram.h"
#include "load/ledger/ledger.h"
#include "load/ledger/marks.h"
#include "load/traffic/content.h"
#include "load/traffic/pace.h"
#include "load/traffic/replay.h"
#include "load/traffic/sizes.h"
#include "net/affinity.h"
#include "net/netns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct engine_ops; /* load/engine/engine.h */

#define LOAD_FLOWS_MAX   65536
#define LOAD_THREADS_MAX 256

enum load_mode {
	LOAD_WINDOW, /* closed loop: so many in flight, a reply lets one go */
	LOAD_FLOOD,  /* as fast as the kernel takes them */
	LOAD_PACED, /* open loop: at the times of a plan, whatever comes back */
};

/* What comes back, as far as it can be checked. */
enum load_replies {
	REPLIES_PROBES, /* our probes, or their reflections */
	REPLIES_TEXT,   /* "Your data was N bytes" */
	REPLIES_ANY,    /* too short for a header: counted only */
	REPLIES_NONE,   /* the peer is one that does not answer */
};

struct load_config {
	const struct engine_ops *engine; /* NULL: the best for this run */
	const void *engine_script;       /* of a test's engine */
	union address remote, bind;      /* bind: AF_UNSPEC for any */
	uint32_t bind_count;             /* addresses from bind on, in turn */
	uint16_t port_first;             /* 0: the kernel's choice */
	uint32_t port_count;             /* from it on; 0: without an end */
	const char *device;              /* NULL: any */
	uint8_t tos, ttl;                /* ttl 0: the system's */
	bool dontfrag;
	uint32_t busy_poll_us;
	uint64_t pacing_bytes; /* a second of a flow, by the qdisc; 0: none */
	bool txtime; /* LOAD_PACED: the qdisc times each send, by this clock */
	clockid_t txtime_clock;
	enum load_mode mode;
	struct sizes sizes; /* payload bytes of datagrams */
	enum content_kind content;
	/* Each datagram is this, without a probe's header: replies are counted,
	 * whatever they say. NULL: probes. The caller's, until load_close. */
	const uint8_t *payload;
	/* LOAD_PACED: in place of pace and of all that says what datagrams
	 * hold; the run ends with it. The caller's, until load_close. */
	const struct replay *replay;
	struct pace_plan pace; /* LOAD_PACED: of all flows together, from the
				* start of the warm-up on */
	uint32_t flows, threads;
	/* Another takes a flow's place when it is so old, with a socket of its
	 * own; 0: none does. Not with a replay. */
	uint64_t flow_lifetime_ns;
	uint32_t train;       /* segments of a send; 1: trains off */
	uint32_t train_asked; /* by the user, who is told of less; 0: none */
	uint32_t window;      /* datagrams in flight of a flow */
	uint32_t in_flight; /* of all flows together; 0: no bound but theirs */
	bool spin;          /* never sleep while there is a run */
	bool one_clock;     /* the server's CLOCK_MONOTONIC is ours */
	bool gro;
	bool verify_full; /* payload too, not the header only */
	enum load_replies replies;
	uint64_t omit_ns, time_ns, interval_ns;
	/* A reply is awaited so long; 0: by the round trips that are seen. */
	uint64_t timeout_ns;
	uint64_t count;              /* datagrams to send in all; 0: no bound */
	uint64_t rcvbuf, sndbuf;     /* bytes; 0: the system's default */
	const struct cpu_list *cpus; /* NULL: not pinned */
	uint32_t run; /* drawn for this run; tells stale replies */
	/* The server is in another network namespace than this thread: in that
	 * one, or NULL where it is not ours to look into. */
	bool server_apart;
	const struct netns *server_netns;
};

/* The server's counters, as far as the ledger wants them; by whoever can see
 * them. Totals since the server started. */
struct load_server {
	struct ledger_server counters;
	uint64_t cpu_user_ns, cpu_system_ns;
	uint64_t batches;
	struct marks_seen marks;
	uint64_t published; /* lowest of all workers */
	bool asked;         /* over a network: its kernel is not seen */
	/* Queries that this client sent, less those that the server received,
	 * from others too: only the difference over a run tells something. */
	int64_t queries_lost;
	/* Of this client, so far; the server may not have told of them yet. */
	uint64_t queries_sent;
};

struct load_interval {
	double start_s, seconds; /* since the first send; since the last */
	double left_s;           /* of the run, where no count ends it before */
	bool omitted;            /* warm-up */
	uint64_t sent, answered, sent_bytes, answered_bytes;
	/* Found to be lost by now, and not before; where replies are awaited.
	 */
	bool lost_known;
	uint64_t lost;
	/* How much a round trip differed from the one before on its flow, in
	 * the mean; where two came. */
	bool jitter_known;
	double jitter_ns;
	uint64_t trains_refused; /* by threads that send one by one since */
};

/* How much a look at the server's counters may cost. */
enum load_look {
	LOOK_GLANCE, /* nothing: where it is asked, it is not seen */
	LOOK_MAY,    /* a moment, since the run goes on meanwhile */
	LOOK_MUST,   /* what it takes: without it there is no ledger */
};

struct load_hooks {
	/* 0 or -errno; -ESRCH where it has ended, and *out is its last. NULL:
	 * the server cannot be seen. */
	int (*server)(void *arg, enum load_look look, struct load_server *out);
	/* After each interval; NULL: nobody looks. */
	void (*interval)(void *arg, const struct load_interval *i);
	/* Once for each thing, in words for a person. */
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/* What was counted by all threads together. */
struct load_counts {
	uint64_t sent, sent_bytes, sent_messages;
	uint64_t answered, answered_bytes, received_trains;
	uint64_t duplicate, reordered, late, corrupt, stale;
	uint64_t blocked; /* sends that found no room, and were repeated */
	uint64_t nobufs;  /* the same, ENOBUFS: queueing discipline */
	uint64_t refused; /* ECONNREFUSED: ICMP says nobody listens */
	uint64_t send_errors;
	uint64_t written_off; /* in flight when a flow's replies stopped */
	/* Lost, and ICMP has reported it: a datagram or train each. */
	uint64_t too_big_reports;
	uint64_t too_big; /* never sent: too long for the path (EMSGSIZE) */
	uint64_t trains_refused; /* from there on a thread sent one by one */
	uint64_t came_late;      /* of those, answered after all */
	uint64_t partial;        /* sends of fewer segments than a train */
	uint64_t cut;     /* calls that took some, and failed at the next */
	uint64_t due;     /* LOAD_PACED: meant to have left by now */
	uint64_t renewed; /* flows whose place another has taken */
	uint64_t gaps;    /* numbers that a later reply has passed over */
	/* Between round trips that followed one another on a flow: so many
	 * differences, and their sum. */
	uint64_t differences, difference_ns;
	uint64_t trips, trip_ns; /* such round trips, and their sum */
};

/* Distributions of a run, nanoseconds. */
enum load_histogram {
	LOAD_LATENCY, /* from the time that was meant to the reply */
	LOAD_LAG,     /* LOAD_PACED: how much later than meant it left */
	LOAD_THERE,   /* from the time that was meant to the server, ... */
	LOAD_BACK,    /* ... and from there to the reply: by reflect, where both
		       * read one clock */
	LOAD_HISTOGRAMS
};

/* Of flows, the jitter of each as it was at the end: RFC 3550. */
struct load_jitter {
	uint64_t flows; /* that have one */
	double sum_ns;
	uint64_t most_ns;
};

struct load_cpu {
	uint64_t user_ns, system_ns;
};

/* Why a peer is taken not to be there. */
enum load_absence {
	ABSENCE_NONE,
	ABSENCE_NOBODY, /* refused (ECONNREFUSED), and never heard of */
	ABSENCE_GONE,   /* refused since its last sign of life */
	ABSENCE_SILENT, /* a closed loop got not one reply */
};

struct load_result {
	struct load_counts window; /* measured: warm-up left out */
	struct load_counts whole;
	double seconds;          /* of the window */
	uint64_t from_ns, to_ns; /* the window, since the first send */
	const struct histogram *histograms; /* LOAD_HISTOGRAMS, of the window */
	/* LOAD_PACED: whole departures that were due in the window, and those
	 * of them that left. */
	uint64_t due, kept;
	struct load_jitter jitter;
	uint64_t flows_opened; /* those at the start, and what followed them */
	struct ledger ledger;
	bool server_seen; /* before the run and after it */
	bool server_gone; /* it was seen at the start, and not at the end */
	enum load_absence absence; /* the run ended early, or with it */
	/* Since the start, when refusals were first and last seen; of
	 * whole.refused. */
	uint64_t refused_first_ns, refused_last_ns;
	uint64_t timeout_ns; /* a reply was awaited so long, at the end */
	uint64_t queued;     /* skbs in queueing disciplines here, at the end */
	bool window_seen;    /* at the window's ends */
	struct load_server server_window; /* differences over the window */
	struct load_server server_whole;
	struct load_cpu client; /* over the window */
	double machine_busy_ns; /* over the window, all CPUs */
	const char *engine;     /* its name */
	uint32_t train; /* in effect; of threads that differ, the longest */
	uint32_t train_planned;  /* in effect at the start */
	uint32_t trainless;      /* threads that gave trains up meanwhile */
	uint32_t path_mtu;       /* as the kernel knows it; 0: it does not */
	uint32_t rcvbuf, sndbuf; /* obtained */
	bool gro;                /* obtained */
	uint8_t tos, ttl;        /* obtained */
	bool interrupted;
	char halted[256]; /* why it ended early, a call that failed; or "" */
	char local[ADDRESS_TEXT]; /* the first flow's own address */
};

struct load;

/* Descriptors that a run needs at most, standard streams and all. */
uint64_t load_descriptors(const struct load_config *config);

/* Bytes of payload that fit into so many of IP, its header without options. */
uint32_t load_payload_max(const struct load_config *config, uint32_t mtu);

/* Sockets that a run has at once at most. */
uint64_t load_sockets(const struct load_config *config);

/* Sockets are opened and connected; nothing is sent. 0; or -errno and one line
 * in why. */
int load_open(struct load **out, const struct load_config *config,
	const struct load_hooks *hooks, char *why, size_t why_bytes);

/*
 * Runs to the end: warm-up, window, and until what is in flight has come to
 * rest. It ends early where the peer is not there, which is a result and no
 * error. 0, or -errno and one line in why.
 *
 * May be called again, with the same flows: each run is its own in all that the
 * result says.
 */
int load_run(struct load *l, struct load_result *result, char *why,
	size_t why_bytes);

/* Another plan for the next run; LOAD_PACED. Between runs. */
void load_set_pace(struct load *l, const struct pace_plan *plan);

/* Ends the run early, and each one after it at once. Async-signal-safe. */
void load_interrupt(struct load *l);

/* The result's histogram goes with it. NULL is legal. */
void load_close(struct load *l);
