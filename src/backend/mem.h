/* SPDX-License-Identifier: MIT */
/*
 * mem: a backend without a kernel, for tests. It hands out the trains of a
 * script and records the messages that it is given, so that everything above a
 * backend can be tested and measured alone. The script can also inject faults.
 */
#pragma once

#include "backend/backend.h"

struct mem_train {
	const void *data;
	uint32_t bytes;
	uint32_t segment_bytes; /* 0: a lone datagram */
	bool truncated;
	union address peer;
	struct local_address local;
	uint8_t tos;
	uint8_t ttl;      /* 0: 64, like most clients */
	bool ttl_unknown; /* no control message carried it */
};

struct mem_script {
	const struct mem_train *trains;
	size_t train_count;
	size_t repeat; /* how often all trains are handed out; 0: once */
	/* -errno after all trains were handed out; 0: time out. */
	int recv_error;
	size_t fail_at; /* the message that fails, from 1; 0: none */
	int fail_error; /* with this -errno */
	int send_error; /* -errno that send() as a whole returns */
	/* Trains to refuse_peer fail with this -errno, and go as single
	 * datagrams. */
	int refuse_error;
	uint32_t refuse_above; /* only trains of more segments than this */
	union address refuse_peer;
	/* Called with each message sent; may be NULL. */
	void (*record)(void *arg, const struct message *m);
	void *record_arg;
	/* Called before each receive; may be NULL. */
	void (*receive)(void *arg, int timeout_ms);
	void *receive_arg;
};

extern const struct backend_ops backend_mem;
