/* SPDX-License-Identifier: MIT */
/* The sockets of one endpoint: an SO_REUSEPORT group (socket(7), Linux 3.9),
 * among which the kernel distributes flows by a hash of their addresses. */
#pragma once

#include "net/socket.h"

/*
 * Opens count sockets bound to config->bind; with port 0 they share one free
 * port. A single one is in a group only if config->reuseport says so. A port
 * that any other socket holds is -EADDRINUSE, even if that socket would share
 * it: otherwise a second server would silently take half of the first one's
 * flows. Binding is retried for a quarter of a second, since the port of a
 * killed server stays in use a little longer.
 *
 * 0, and the caller closes fds[count]; or -errno and a sentence in why, and
 * none is open. got describes the first socket.
 */
int group_open(const struct socket_config *config, unsigned count, int *fds,
	struct socket_obtained *got, char *why, size_t why_bytes);
