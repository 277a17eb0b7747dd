/* SPDX-License-Identifier: MIT */
#include "net/affinity.h"

#include "core/units.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * sched_getaffinity(2) fails with EINVAL if the set is smaller than the
 * kernel's own, so it has the largest number that Linux can be built for.
 */
#define CPUS_MAX 8192

struct cpus {
	cpu_set_t set[CPUS_MAX / CPU_SETSIZE];
};

static void cpus_list(const struct cpus *in, struct cpu_list *out)
{
	out->count = 0;
	for (unsigned i = 0; i < CPUS_MAX; i++)
		if (CPU_ISSET_S(i, sizeof(in->set), in->set) &&
			out->count < AFFINITY_CPUS_MAX)
			out->cpu[out->count++] = (unsigned short)i;
}

static int cpus_allowed(struct cpus *out)
{
	*out = (struct cpus){0};
	return sched_getaffinity(0, sizeof(out->set), out->set) ? -errno : 0;
}

int affinity_allowed(struct cpu_list *out)
{
	struct cpus allowed;
	int error = cpus_allowed(&allowed);

	if (!error)
		cpus_list(&allowed, out);
	return error;
}

/* Reads a number at *at, and moves *at behind it. */
static bool take_number(uint64_t *value, const char **at)
{
	char digits[8];
	size_t n = strspn(*at, "0123456789");

	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, *at, n);
	digits[n] = '\0';
	*at += n;
	return units_parse_count(value, digits, 0, CPUS_MAX - 1) == 0;
}

/* Reads FIRST, FIRST-LAST or FIRST-LAST:STEP at *at, and moves *at behind
 * it. */
static bool take_range(
	const char **at, uint64_t *first, uint64_t *last, uint64_t *step)
{
	*step = 1;
	if (!take_number(first, at))
		return false;
	*last = *first;
	if (**at != '-')
		return true;
	++*at;
	if (!take_number(last, at) || *last < *first)
		return false;
	if (**at != ':')
		return true;
	++*at;
	return take_number(step, at) && *step > 0;
}

static int malformed(const char *text, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes,
		"\"%s\" is not a list of CPUs; use a list like 0-3,8 or 0-6:2",
		text);
	return -EINVAL;
}

static int not_allowed(uint64_t cpu, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes,
		"CPU %u does not exist, or this process may not run on it; "
		"\"taskset -cp $$\" lists the CPUs that it may use",
		(unsigned)cpu);
	return -ENODEV;
}

int affinity_parse(
	struct cpu_list *out, const char *text, char *why, size_t why_bytes)
{
	struct cpus allowed, wanted = {0};
	uint64_t first, last, step;
	const char *at = text;
	int error = cpus_allowed(&allowed);

	if (error) {
		snprintf(why, why_bytes, "sched_getaffinity: %s",
			strerror(-error));
		return error;
	}
	for (;; at++) {
		if (!take_range(&at, &first, &last, &step))
			return malformed(text, why, why_bytes);
		for (; first <= last; first += step)
			CPU_SET_S(first, sizeof(wanted.set), wanted.set);
		if (!*at)
			break;
		if (*at != ',')
			return malformed(text, why, why_bytes);
	}
	for (unsigned i = 0; i < CPUS_MAX; i++)
		if (CPU_ISSET_S(i, sizeof(wanted.set), wanted.set) &&
			!CPU_ISSET_S(i, sizeof(allowed.set), allowed.set))
			return not_allowed(i, why, why_bytes);
	cpus_list(&wanted, out);
	return 0;
}

int affinity_pin(unsigned cpu)
{
	struct cpus one = {0};

	if (cpu >= CPUS_MAX)
		return -EINVAL;
	CPU_SET_S(cpu, sizeof(one.set), one.set);
	return sched_setaffinity(0, sizeof(one.set), one.set) ? -errno : 0;
}
