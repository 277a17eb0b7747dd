/* SPDX-License-Identifier: MIT */
/* The errors that ICMP has reported for a socket's datagrams, and that the
 * kernel keeps for it (IP_RECVERR, IPV6_RECVERR; ip(7)). */
#pragma once

/* Takes the next one from the socket's queue. Its errno, which is above 0; 0 if
 * there is none. Errors of this host itself are passed over: the call that
 * failed has already returned them. Never blocks. */
int icmp_next_error(int fd);
