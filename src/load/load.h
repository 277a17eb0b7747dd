/* SPDX-License-Identifier: MIT */
/*
 * The load generator: flows that send numbered probes, and check what comes
 * back. It shares only core/ and net/ with the server, so that a bug in the
 * server cannot hide in the instrument that measures it.
 */
#pragma once

#include "core/address.h"
#include "core/histogram.h"
#include "core/spin.h"
#include "load/ledger/ledger.h"
#include "load/ledger/marks.h"
#include "load/traffic/content.h"
#include "load/traffic/pace.h"
#include "load/traffic/replay.h"
#include "load/traffic/sizes.h"
#include "net/affinity.h"
#include "net/netns.h"
#include "net/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct engine_ops; /* load/engine/engine.h */
struct engine_path;

#define LOAD_FLOWS_MAX   65536
#define LOAD_THREADS_MAX 256

enum load_mode {
	LOAD_WINDOW, /* closed loop: a reply makes room for the next datagram */
	LOAD_FLOOD,  /* as fast as the kernel takes them */
	LOAD_PACED, /* open loop: sends at planned times, whatever comes back */
};

/* What the peer is expected to send back, and how far that can be checked. */
enum load_replies {
	REPLIES_PROBES, /* our probes, echoed or reflected */
	REPLIES_TEXT,   /* "Your data was N bytes" */
	REPLIES_ANY,    /* replies are counted, not checked */
	REPLIES_NONE,   /* the peer does not answer */
};

struct load_config {
	const struct engine_ops *engine; /* NULL: chosen by engine_auto() */
	const void *engine_script;       /* for engine_mem, in tests */
	/* Messages of at least so many bytes are sent without copying; 0: as
	 * the engine thinks best. */
	uint32_t zerocopy_from;
	/* For an engine that makes frames itself, and sends lone datagrams; if
	 * it numbers them, too, probes of one size by LOAD_FLOOD or LOAD_PACED.
	 * Must stay valid until load_close(). */
	const struct engine_path *path;
	bool xdp_native, xdp_generic; /* XDP only by the driver; only without */
	/* Of each flow, connected to socket.remote; errors are switched on.
	 * bind: AF_UNSPEC for any; txtime: LOAD_PACED only. */
	struct socket_config socket;
	/* Flows take this many addresses in turn, from socket.bind on. */
	uint32_t bind_count;
	uint16_t port_first; /* 0: the kernel chooses */
	/* Flows take this many ports in turn, from port_first on; 0: no
	 * limit. */
	uint32_t port_count;
	enum load_mode mode;
	struct sizes sizes; /* payload bytes of datagrams */
	enum content_kind content;
	/* If not NULL, each datagram has this payload and no probe header, and
	 * replies are counted, not checked. Must stay valid until
	 * load_close(). */
	const uint8_t *payload;
	/* LOAD_PACED: replaces pace, sizes, content and payload; the run ends
	 * when all of it was sent. Other modes send its payloads in turn, over
	 * and over, whatever their times and flows. Must stay valid until
	 * load_close(). */
	const struct replay *replay;
	/* LOAD_PACED: the rate of all flows together; starts with the
	 * warm-up. */
	struct pace_plan pace;
	uint32_t flows, threads;
	/* At this age a flow is replaced by a new one with a socket of its own;
	 * 0: never. Not with a replay. */
	uint64_t flow_lifetime_ns;
	uint32_t train; /* segments per send; 1: no trains */
	/* By the user, who is told if it is less; 0: not asked. */
	uint32_t train_asked;
	/* The most segments that the kernel takes in one send; 0: not known. */
	uint32_t segments_max;
	uint32_t window; /* datagrams in flight per flow */
	/* Limit for all flows together; 0: only window limits. */
	uint32_t in_flight;
	/* While sending: poll so long for replies before a sleep; 0: not at
	 * all; SPIN_ALWAYS: never sleep. */
	uint64_t spin_ns;
	bool one_clock;   /* the server runs by this host's CLOCK_MONOTONIC */
	bool verify_full; /* check the payload too, not only the header */
	enum load_replies replies;
	uint64_t omit_ns, time_ns, interval_ns;
	/* How long to wait for a reply; 0: follows the measured round trips. */
	uint64_t timeout_ns;
	uint64_t count; /* datagrams to send in all; 0: no limit */
	/* Two windows, of count_window datagrams and of twice as many, after
	 * count_warm of them; then the run ends. Datagrams answered, or, where
	 * no replies are expected, sent. By one thread, which executes a mark
	 * at each end of a window. 0: none. */
	uint64_t count_warm, count_window;
	const struct cpu_list *cpus; /* NULL: not pinned */
	/* Random number of this run, in every probe: tells replies of another
	 * run. */
	uint32_t run;
	/* The server is in another network namespace than this thread.
	 * server_netns is that namespace; NULL: it cannot be entered. */
	bool server_apart;
	const struct netns *server_netns;
};

/* Rounds of readings (load_server.published) that make all figures new: the
 * first may have been read before, and the second have begun before. */
#define LOAD_RENEWAL 3

/* The server's counters that the ledger needs. Totals since the server
 * started. */
struct load_server {
	struct ledger_server counters;
	uint64_t cpu_user_ns, cpu_system_ns;
	uint64_t batches;
	struct marks_seen marks;
	/* How often all workers have read back their figures
	 * (load/peer/rounds); of a server that is asked, the least of their
	 * counts. */
	uint64_t published;
	/* Its process is seen and is not stopped: if its figures are old, it
	 * waits for a CPU. Known only at LOOK_MUST. */
	bool runs;
	/* Asked over the network: its kernel's counters are unknown. */
	bool asked;
	/* Queries that this client sent, minus those that the server received
	 * from anybody. Only its change over a run is meaningful. */
	int64_t queries_lost;
	/* Queries sent by this client so far; the server may not have reported
	 * them yet. */
	uint64_t queries_sent;
};

/* Counts of all threads together. */
struct load_counts {
	uint64_t sent, sent_bytes, sent_messages;
	uint64_t answered, answered_bytes, received_trains;
	uint64_t duplicate, reordered, late, corrupt, stale;
	uint64_t blocked; /* sends repeated because the buffer was full */
	uint64_t nobufs;  /* sends repeated after ENOBUFS (full qdisc) */
	uint64_t refused; /* ECONNREFUSED: by ICMP, nobody listens */
	uint64_t send_errors;
	/* Given up in flight, after a flow's replies had stopped. */
	uint64_t written_off;
	/* Losses that ICMP reported; each is one datagram or one train. */
	uint64_t too_big_reports;
	uint64_t too_big; /* never sent: too long for the path (EMSGSIZE) */
	/* Threads that gave trains up, to send shorter ones or single
	 * datagrams. */
	uint64_t trains_refused;
	uint64_t came_late; /* of written_off, answered after all */
	uint64_t partial;   /* sends of fewer segments than a train */
	/* Of sent: dropped by the device that they were handed to. */
	uint64_t device_drops;
	uint64_t cut; /* calls that took some messages and failed at the next */
	uint64_t due; /* LOAD_PACED: planned to have left by now */
	uint64_t renewed; /* flows that were replaced */
	/* As in struct engine_copies; 0 with an engine that copies all. */
	uint64_t lent, copied, slots_renewed;
	/* As in struct engine_losses; 0 with an engine that receives no
	 * frames. */
	uint64_t rx_dropped, rx_ring_full, rx_checksum, rx_strange;
	uint64_t fill_empty, invalid, stack;
	uint64_t gaps; /* sequence numbers skipped by a later reply */
	/* Number and sum of the differences between consecutive round trips of
	 * a flow. */
	uint64_t differences, difference_ns;
	uint64_t trips, trip_ns; /* number and sum of those round trips */
	/* Waits for replies while polling, with a limit (core/spin.h). */
	uint64_t spins_succeeded, spins_failed;
};

/* Replies that were lost at the ring of frames. */
static inline uint64_t load_ring_drops(const struct load_counts *c)
{
	return c->rx_dropped + c->rx_ring_full + c->rx_strange;
}

/* What an engine has obtained, as for a report. */
#define LOAD_FACTS 10
struct load_fact {
	const char *name;
	char text[24]; /* "": it is a number */
	uint64_t number;
};

struct load_interval {
	/* Since the first send; since the last interval. */
	double start_s, seconds;
	double left_s; /* until the run ends, unless a count ends it earlier */
	bool omitted;  /* warm-up */
	uint64_t sent, answered, sent_bytes, answered_bytes;
	/* Newly found to be lost. lost_known is false if no replies are
	 * expected. */
	bool lost_known;
	uint64_t lost;
	/* Mean difference between consecutive round trips of a flow; known if
	 * there were two. */
	bool jitter_known;
	double jitter_ns;
	uint64_t trains_refused; /* threads that have given trains up */
	/* Round trips of the replies that came, with the middles of steps for
	 * min and mean; NULL: not known, because replies without a number are
	 * missing. */
	const struct histogram *latency;
	/* LOAD_PACED, but not of a replay: the planned datagrams. */
	bool planned_known;
	double planned;
	/* The step of a ramp at its end, from 1, and how many the run has, with
	 * the one that follows the ramp if there is time for it; 0: the
	 * warm-up, or no ramp. */
	uint32_t step, steps;
	/* Since the start of the run. server: NULL: it is not seen. */
	uint64_t lost_so_far;
	struct load_counts so_far;
	const struct load_server *server;
};

/* A step of a ramp, after the warm-up. Its length, and to which step a reply
 * belongs, are known to a moment of the reporting thread. If a step is too
 * short to be told from the next one, both are reported as one. */
struct load_step {
	struct load_interval all; /* its step and steps are of this one */
	double rate_first, rate_last;
};

/* How much a look at the server's counters may cost. */
enum load_look {
	LOOK_GLANCE, /* costs nothing; a remote server is not queried */
	LOOK_MAY,    /* may take a moment; the run goes on meanwhile */
	LOOK_MUST, /* takes as long as it must: there is no ledger without it */
};

struct load_hooks {
	/* Reads the server's counters. 0 or -errno; -ESRCH: the server has
	 * ended, and *out has its last counters. NULL: the server's counters
	 * are not available. */
	int (*server)(void *arg, enum load_look look, struct load_server *out);
	/* Called after each interval; may be NULL. */
	void (*interval)(void *arg, const struct load_interval *i);
	/* Called after each step of a ramp; may be NULL. */
	void (*step)(void *arg, const struct load_step *s);
	/* Called at most once per subject, with a sentence for a person. */
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/* Distributions of a run, nanoseconds. */
enum load_histogram {
	LOAD_LATENCY, /* from the planned departure to the reply */
	LOAD_LAG,     /* LOAD_PACED: how much later than planned it left */
	LOAD_THERE,   /* from the planned departure to the server, ... */
	/* ... and from there to the reply: needs reflect and one_clock */
	LOAD_BACK,
	LOAD_HISTOGRAMS
};

/* The flows' jitter (RFC 3550) at the end of the run. */
struct load_jitter {
	uint64_t flows; /* that have at least two round trips */
	double sum_ns;
	uint64_t most_ns;
};

struct load_cpu {
	uint64_t user_ns, system_ns;
};

/* Where a mark was executed, since the start of the run. */
#define LOAD_MARKS 3
struct load_mark {
	uint64_t sent, answered;
};

/* Why the peer is considered absent. */
enum load_absence {
	ABSENCE_NONE,
	/* it refuses (ECONNREFUSED), and was never heard from */
	ABSENCE_NOBODY,
	ABSENCE_GONE,   /* it has refused since its last sign of life */
	ABSENCE_SILENT, /* a closed loop got no reply at all */
};

struct load_result {
	struct load_counts window; /* what is measured: without the warm-up */
	struct load_counts whole;
	double seconds;          /* of the window */
	uint64_t from_ns, to_ns; /* the window, since the first send */
	const struct histogram *histograms; /* LOAD_HISTOGRAMS, of the window */
	/* LOAD_PACED: departures due in the window, and those of them that left
	 * complete. */
	uint64_t due, kept;
	struct load_jitter jitter;
	uint64_t flows_opened; /* at the start and by renewal */
	struct ledger ledger;
	bool server_seen; /* both before and after the run */
	bool server_gone; /* seen at the start, but not at the end */
	/* The run ended early for it, or ended with it. */
	enum load_absence absence;
	/* When whole.refused first and last went up, since the start. */
	uint64_t refused_first_ns, refused_last_ns;
	uint64_t timeout_ns; /* how long replies were awaited at the end */
	/* skbs left in this host's queueing disciplines at the end. */
	uint64_t queued;
	bool window_seen; /* the server was seen at both ends of the window */
	struct load_server server_window; /* differences over the window */
	struct load_server server_whole;
	struct load_cpu client; /* over the window */
	double machine_busy_ns; /* over the window, all CPUs */
	const char *engine;     /* its name */
	struct load_fact facts[LOAD_FACTS];
	uint32_t fact_count;
	/* It sends without copying, as far as the kernel lets it. */
	bool lends;
	/* Segments per send at the end; the longest of any thread. */
	uint32_t train;
	uint32_t train_planned; /* the same at the start */
	uint32_t train_least;   /* the shortest of any thread at the end */
	/* Threads whose trains were refused during the run. */
	uint32_t trainless;
	uint32_t path_mtu;       /* as the kernel knows it; 0: unknown */
	uint32_t rcvbuf, sndbuf; /* obtained */
	bool gro;                /* obtained */
	uint8_t tos, ttl;        /* obtained */
	struct busy_poll busy_poll;
	/* count_window: of these marks, mark_count were reached. */
	struct load_mark marks[LOAD_MARKS];
	uint32_t mark_count;
	bool interrupted;
	char halted[256]; /* the failure that ended the run early; or "" */
	char local[ADDRESS_TEXT]; /* the first flow's local address */
};

struct load;

/* How many of all flows a thread, counted from 0, has. */
static inline uint32_t load_flows_of(
	uint32_t flows, uint32_t threads, uint32_t thread)
{
	return (uint32_t)((uint64_t)flows * (thread + 1) / threads -
			  (uint64_t)flows * thread / threads);
}

/* The most descriptors that a run needs, standard streams included. */
uint64_t load_descriptors(const struct load_config *config);

/* The largest UDP payload in an IP packet of mtu bytes without IP options. */
uint32_t load_payload_max(const struct load_config *config, uint32_t mtu);

/* The most sockets that a run has open at once. */
uint64_t load_sockets(const struct load_config *config);

/* Is the engine that was chosen right for the rest of config? 0, or -errno and
 * one line in why. */
int load_engine_suits(
	const struct load_config *config, char *why, size_t why_bytes);

/* Opens and connects the sockets; sends nothing. 0; or -errno and one line in
 * why. */
int load_open(struct load **out, const struct load_config *config,
	const struct load_hooks *hooks, char *why, size_t why_bytes);

/*
 * Runs the warm-up and the window, then waits until nothing is in flight any
 * more. Blocks. An absent peer ends the run early: that is a result, not an
 * error. 0, or -errno and one line in why.
 *
 * May be called again, with the same flows; each result covers its own run
 * only.
 */
int load_run(struct load *l, struct load_result *result, char *why,
	size_t why_bytes);

/* Sets the plan of the next run (LOAD_PACED). Only between runs. */
void load_set_pace(struct load *l, const struct pace_plan *plan);

/* Ends the current run early, and any later run at once. Async-signal-safe. */
void load_interrupt(struct load *l);

/* All that was counted and measured since load_open(), by any thread until
 * load_close(). Costs the run nothing. latency: as histogram_peek(). */
void load_peek(const struct load *l, struct load_counts *counts,
	struct histogram *latency);

/* Also frees the histograms of its results. NULL is legal. */
void load_close(struct load *l);
