/* SPDX-License-Identifier: MIT */
/* The sockets of one endpoint: an SO_REUSEPORT group (socket(7), Linux 3.9),
 * over which the kernel spreads the flows by a hash of their addresses. */
#pragma once

#include "net/socket.h"

/*
 * Opens count sockets bound to config->bind, port 0 the same free port for
 * all. config->reuseport is ignored. A port that any other socket holds is
 * -EADDRINUSE, also where that socket would share it: a second server that
 * took half of the first one's flows, unsaid, would be no server. It is tried
 * for a quarter of a second, since the port of a server that was killed is held
 * a little longer than it lived.
 *
 * 0, and fds[count] are the caller's to close; or -errno and a sentence in
 * why, and none is open. got is the first socket's.
 */
int group_open(const struct socket_config *config, unsigned count, int *fds,
	struct socket_obtained *got, char *why, size_t why_bytes);
