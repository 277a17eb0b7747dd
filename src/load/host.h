/* SPDX-License-Identifier: MIT */
/* The host's own figures around a run (proc(5)). */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

struct host_figures {
	double busy_ns; /* all CPUs' time that was not idle */
	/* Packets dropped for a full per-CPU backlog (softnet_stat, second
	 * column): the whole host's, all namespaces', in skbs. */
	uint64_t backlog_drops;
};

/* What cannot be read is 0. */
void host_read(struct host_figures *out);

/* Loopback, or an address of this host: traffic that hurts nobody else. */
bool host_owns(const union address *a);
