/* SPDX-License-Identifier: MIT */
/*
 * The slow way for a message that a backend's fast send did not get rid of.
 * Every backend's send ends here, so that what becomes of a reply does not
 * depend on the backend.
 */
#pragma once

#include "backend/backend.h"

struct resend {
	int fd;
	struct counters *counters;
	void (*notice)(void *arg, const char *text);
	void *notice_arg;
	uint64_t full_until_ns; /* until then no room is waited for */
	bool noticed;           /* that a train was refused */
	bool denied;            /* was said: that replies are not let out */
};

void resend_init(struct resend *r, const struct backend_config *config);

/*
 * error is the -errno that m's first try got, 0 where it was not tried yet. A
 * full send buffer is waited for, RESEND_WAIT_MS at most. Where that was in
 * vain there is no further wait for RESEND_REST_MS, and what does not fit is
 * dropped: a buffer may be full of replies that wait for a neighbour who is not
 * there, and other peers must not wait for them. A train that the kernel or the
 * device refuses is sent one by one, and said once. Sets m->sent_* and
 * m->error.
 *
 * 0, or -errno where no message can be sent any more.
 */
#define RESEND_WAIT_MS 10
#define RESEND_REST_MS 100
int resend(struct resend *r, struct message *m, int error);
