/* SPDX-License-Identifier: MIT */
/* What is in flight when the last datagram was sent. Private to load/. */
#pragma once

#include "load/loop/moment.h"

enum rest {
	REST_DONE,   /* nothing moves any more */
	REST_MOVES,  /* something does, and was waited for long enough */
	REST_QUEUED, /* some of it is still in a queueing discipline */
	REST_SILENT, /* the server does not tell its figures any more */
};

/*
 * Until nothing moves any more, at the client, each of whose threads knows that
 * nothing is sent any more, and, where it is seen, at the server; whose figures
 * are read back from the kernel now and then, so that they must have been
 * renewed meanwhile: twice, for one may have been under way. Where something is
 * missing of a peer that is not seen, it is given the round trips that replies
 * have taken. And where this host's own queueing discipline holds what is
 * missing, it is waited for as long as that lets go of it, if it will have done
 * so soon, or until the run is interrupted: that is told as a notice.
 */
enum rest rest_wait(
	struct load *l, const struct moment *from, struct moment *end);
