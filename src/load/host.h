/* SPDX-License-Identifier: MIT */
/* The host's own figures around a run (proc(5)). */
#pragma once

#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

struct host_figures {
	double busy_ns; /* all CPUs' time that was not idle */
};

/* What cannot be read is 0. */
void host_read(struct host_figures *out);

/* Loopback, or an address of this host: traffic that hurts nobody else. */
bool host_owns(const union address *a);
