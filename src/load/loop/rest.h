/* SPDX-License-Identifier: MIT */
/* Waits for what is in flight after the last datagram was sent. Private to
 * load/. */
#pragma once

#include "load/loop/moment.h"

enum rest {
	REST_DONE,   /* nothing moves any more */
	REST_MOVES,  /* something still changes, but the wait was long enough */
	REST_QUEUED, /* some datagrams are still in a queueing discipline */
	/* The server's figures are no longer updated, since it is stopped or
	 * because of something that is not seen. */
	REST_SILENT,
};

/*
 * Waits until no counter changes any more: at the client, once all of its
 * threads know that nothing is to be sent, and at the server, if its counters
 * are seen. The server reads some figures back from the kernel only now and
 * then, so these must have been renewed meanwhile (LOAD_RENEWAL). If
 * something is missing from a peer that is not seen, the wait is longer by the
 * round trips seen so far. If a queueing discipline of this host holds what is
 * missing and will be empty soon, the wait goes on until what left it has been
 * counted or until the user interrupts it; a notice says so.
 */
enum rest rest_wait(
	struct load *l, const struct moment *from, struct moment *end);

/* After the threads have ended: takes what came meanwhile, so that the counts
 * of both sides in end are of one moment, even if something still moves. */
void rest_end(struct load *l, enum rest rest, const struct moment *start,
	struct moment *end);
