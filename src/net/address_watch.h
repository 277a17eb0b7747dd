/* SPDX-License-Identifier: MIT */
/* Notices changes of the addresses of this network namespace (rtnetlink(7),
 * RTNLGRP_IPV4_IFADDR and RTNLGRP_IPV6_IFADDR). Takes no privilege. */
#pragma once

#include <stdbool.h>

/* A descriptor, which the caller closes; or -errno. */
int address_watch_open(void);

/* Has an address been added or removed since the last call? Does not wait.
 * Changes that could not be kept count as one. */
bool address_watch_changed(int fd);
