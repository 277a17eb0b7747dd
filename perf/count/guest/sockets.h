/* SPDX-License-Identifier: MIT */
/* The UDP sockets of a namespace, by which a server that reports nothing shows
 * that it is ready. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Is there an unconnected socket at this port? table: the text of
 * /proc/net/udp or udp6. */
bool sockets_have(const char *table, unsigned port);

/* The same, in the namespace of a process. */
bool sockets_are_open(pid_t pid, unsigned port);
