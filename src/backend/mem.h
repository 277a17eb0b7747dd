/* SPDX-License-Identifier: MIT */
/*
 * mem: the backend that asks no kernel. It hands out the trains of a script
 * and records the messages it is given, so that all above a backend can be
 * tested, and measured, alone. Faults are part of the script.
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
	uint8_t ttl;      /* 0: 64, as most clients' */
	bool ttl_unknown; /* no control message told it */
};

struct mem_script {
	const struct mem_train *trains;
	size_t train_count;
	size_t repeat;  /* times the trains are handed out; 0 is once */
	int recv_error; /* -errno once all trains are handed out; 0: timeout */
	size_t fail_at; /* message number, from 1, that fails; 0: none */
	int fail_error; /* with this -errno */
	int send_error; /* send() as a whole returns this -errno */
	/* Trains to this peer are refused with it, and sent one by one. */
	int refuse_error;
	union address refuse_peer;
	/* Called with each message that was sent; NULL: they are dropped. */
	void (*record)(void *arg, const struct message *m);
	void *record_arg;
	/* Called before each receive; may be NULL. */
	void (*receive)(void *arg, int timeout_ms);
	void *receive_arg;
};

extern const struct backend_ops backend_mem;
