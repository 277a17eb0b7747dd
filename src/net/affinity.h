/* SPDX-License-Identifier: MIT */
/* CPU lists and pinning (sched_setaffinity(2)). */
#pragma once

#include <stddef.h>

#define AFFINITY_CPUS_MAX 1024

struct cpu_list {
	unsigned count;
	unsigned short cpu[AFFINITY_CPUS_MAX]; /* ascending, each once */
};

/* The CPUs the calling thread may run on. 0 or -errno. */
int affinity_allowed(struct cpu_list *out);

/* "0-3,8,10-11" or "0-6:2", as taskset -c takes. 0; -EINVAL malformed; -ENODEV
 * a CPU that this process may not run on; one line in why. *out is untouched on
 * failure. */
int affinity_parse(
	struct cpu_list *out, const char *text, char *why, size_t why_bytes);

/* The calling thread runs on this CPU only from now on. 0 or -errno. */
int affinity_pin(unsigned cpu);
