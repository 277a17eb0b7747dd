/* SPDX-License-Identifier: MIT */
/* CPU lists and pinning (sched_setaffinity(2)). */
#pragma once

#include <stddef.h>

#define AFFINITY_CPUS_MAX 1024

struct cpu_list {
	unsigned count;
	/* In ascending order, without duplicates. */
	unsigned short cpu[AFFINITY_CPUS_MAX];
};

/* The CPUs that the calling thread may run on. 0 or -errno. */
int affinity_allowed(struct cpu_list *out);

/* Parses a list such as "0-3,8,10-11" or "0-6:2", as for taskset -c. 0; or one
 * line in why and -EINVAL: malformed, or -ENODEV: a CPU that this process may
 * not run on. *out is untouched on failure. */
int affinity_parse(
	struct cpu_list *out, const char *text, char *why, size_t why_bytes);

/* Pins the calling thread to this CPU. 0 or -errno. */
int affinity_pin(unsigned cpu);
