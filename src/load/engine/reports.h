/* SPDX-License-Identifier: MIT */
/* The errors that ICMP has reported for a socket's datagrams, and that the
 * kernel keeps for it (IP_RECVERR, IPV6_RECVERR; ip(7)). */
#pragma once

#include "load/engine/engine.h"

/* Empties the queue, and says what was there by ICMP: what this host itself
 * refused to send is told by the send. Never blocks. */
void reports_read(int fd, struct engine_reports *out);
