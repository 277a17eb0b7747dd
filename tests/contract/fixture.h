/* SPDX-License-Identifier: MIT */
/*
 * A backend on a real loopback socket, with clients, all on one thread, since
 * loopback queues what is sent. $BACKEND names the backend; every case holds
 * for all of them, and with $POLLS for those that wait by an epoll, and with
 * $ZEROCOPY_FROM for those that can send without copying.
 *
 * For a backend that needs a device, tests/contract/lab makes one, with clients
 * in another namespace, $CONTRACT_CLIENTS. 127.A.B.C then stands for the
 * server's 10.A.B.C and the client's 11.A.B.C, and ::1 for fd00::1 and fd00::2.
 * The device's MTU is $CONTRACT_MTU.
 */
#pragma once

#include "backend/backend.h"
#include "core/couple.h"
#include "net/socket.h"

#include <criterion/criterion.h>

#define FIXTURE_BATCH 8

struct fixture_options {
	const char *bind;    /* NULL: 127.0.0.1:0 */
	const char *backend; /* NULL: $BACKEND */
	uint32_t batch;      /* 0: FIXTURE_BATCH */
	uint32_t slot_bytes;
	bool head_only;
	uint32_t zerocopy_from; /* 0: $ZEROCOPY_FROM */
	uint32_t most;          /* sockets of a backend that connects; 0: 64 */
	uint64_t idle_ns;       /* of these; 0: long */
	uint32_t segments_max;  /* of a reply; 0: TRAIN_SEND_SEGMENTS */
	bool no_gro;
	bool marks; /* TOS and TTL of what arrives are asked for */
	bool ttl;   /* TTL is */
	uint32_t busy_poll_us;
};

struct fixture {
	struct backend backend;
	struct batch batch;
	struct counters *counters;
	struct socket_obtained got;
	union address server; /* where clients send to */
	uint32_t segments_max;
	int fd;
	unsigned notices;
	void *share; /* of the backend, if it has any */
	/* The longest datagram, over IPv6, that keeps its place among others:
	 * longer ones go another way. */
	uint32_t in_order_most;
	bool connects;
	uint32_t zerocopy_from;
	struct connecting connecting;
};

/* Says what becomes of a train, as a service would. */
typedef void handle_fn(struct train *t, void *arg);

/* Each fails, or skips, the test by itself. */
void fixture_open(struct fixture *f, const struct fixture_options *options);
void fixture_close(struct fixture *f);

/* One turn as the worker's: recv, handle, couple, send. The number of
 * datagrams it brought. */
uint32_t fixture_turn(
	struct fixture *f, int timeout_ms, handle_fn *handle, void *arg);

/* Turns until n datagrams came, or fails. */
void fixture_serve(struct fixture *f, uint32_t n, handle_fn *handle, void *arg);

uint64_t fixture_count(const struct fixture *f, enum counter_id id);

/* handle_fn */
void handle_echo(struct train *t, void *arg);

/* A socket connected to the server, that waits a second at most; bind may be
 * NULL. gro: takes trains whole. */
int client_open(const struct fixture *f, const char *bind, bool gro);

/* One whose datagrams carry this DSCP and ECN, and TTL or hop limit. */
int client_open_marked(const struct fixture *f, uint8_t tos, uint8_t ttl);

/* From now on the server at this host, at the same port. */
void client_ask_at(struct fixture *f, const char *host);

void client_send(int fd, const void *data, size_t bytes);

/* One send of many segments. False where the kernel does not take so many. */
bool client_send_train(
	int fd, const void *data, size_t bytes, uint16_t segment_bytes);

/* Bytes of the next datagram; fails the test where none comes. segment may be
 * NULL, else is the size of a GRO train's segments, 0 for a lone datagram. */
size_t client_receive(int fd, void *data, size_t room, uint32_t *segment);

/* Is there nothing more? Waits a little. */
bool client_is_silent(int fd);

/* Bytes that tell where in which datagram they are. */
void fill_pattern(uint8_t *data, size_t bytes, uint32_t seed);
