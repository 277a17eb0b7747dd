/* SPDX-License-Identifier: MIT */
/*
 * The slow path for a message that a backend's fast send could not send. All
 * backends share it, so that a reply is treated alike by all.
 */
#pragma once

#include "backend/backend.h"

struct resend {
	int fd;
	struct counters *counters;
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
	uint64_t full_until_ns; /* until then it does not wait for room */
	/* fd may have another peer, of which errors were reported (ICMP): then
	 * a send returns such an error, and sends nothing. */
	bool connected;
	bool noticed; /* a refused train was reported */
	bool denied;  /* a denied send was reported */
};

void resend_init(struct resend *r, const struct backend_config *config);

/*
 * Sends m, waiting up to RESEND_WAIT_MS for a full send buffer. error: the
 * -errno of the first try, 0 if there was none. If the wait was in vain, there
 * is no other for RESEND_REST_MS, and what does not fit is dropped: the buffer
 * may be full of replies to a neighbour that does not exist, for which other
 * peers must not wait. The segments of a refused train are sent as single
 * datagrams, with one notice. Sets m->sent_* and m->error.
 *
 * 0, or -errno if no message can be sent any more.
 */
#define RESEND_WAIT_MS 10
#define RESEND_REST_MS 100
int resend(struct resend *r, struct message *m, int error);
