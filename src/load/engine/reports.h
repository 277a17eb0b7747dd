/* SPDX-License-Identifier: MIT */
/* The errors that ICMP has reported for a socket's datagrams, and that the
 * kernel keeps for it (IP_RECVERR, IPV6_RECVERR; ip(7)). */
#pragma once

#include "load/engine/engine.h"

/* Empties the queue and counts the ICMP errors in it. Errors of this host
 * itself are left out: the send has already returned them. Never blocks. */
void reports_read(int fd, struct engine_reports *out);

/* Counts one, an errno above 0. */
void reports_count(struct engine_reports *out, int error);
