/* SPDX-License-Identifier: MIT */
#include "cli/load/rates.h"

#include "core/units.h"
#include "load/load.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bits a second: more than any path carries. */
#define BITS_MOST  1e14
#define STEPS_MOST (PACE_STEPS_MAX - 2)
#define YEAR_NS    (366ull * 86400 * 1000000000)

struct why {
	char *text;
	size_t bytes;
};

__attribute__((format(printf, 2, 3))) static int fail(
	const struct why *why, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(why->text, why->bytes, format, list);
	va_end(list);
	return -EINVAL;
}

int load_rate_parse(double *out, bool *per_flow, const char *text, bool bits,
	char *why, size_t why_bytes)
{
	const struct why w = {why, why_bytes};
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char number[64];

	if (slash && strcmp(slash, "/flow") != 0)
		return fail(&w, "\"%s\" ends with neither a number nor /flow",
			text);
	if (per_flow)
		*per_flow = slash;
	snprintf(number, sizeof(number), "%.*s", (int)n, text);
	if (n >= sizeof(number) || units_parse_rate(out, number) ||
		*out < RATE_LEAST || *out > (bits ? BITS_MOST : RATE_MOST))
		return fail(&w,
			"\"%s\" is not a rate from 0.001 to %s a second; try "
			"0.5, 1.5M or 200k/flow",
			text, bits ? "100T bits" : "10G datagrams");
	return 0;
}

int load_ramp_parse(
	struct load_ramp *out, const char *text, char *why, size_t why_bytes)
{
	const struct why w = {why, why_bytes};
	char copy[128], *at = copy, *part[5];
	uint64_t steps = 0;
	unsigned n = 0;

	*out = (struct load_ramp){0};
	snprintf(copy, sizeof(copy), "%s", text);
	while (n < 5 && (part[n] = strsep(&at, ":")))
		n++;
	if (n < 3 || n > 4 || strlen(text) >= sizeof(copy))
		return fail(&w,
			"\"%s\" is not FROM:TO:TIME or FROM:TO:TIME:STEPS; try "
			"10k:1M:30s",
			text);
	if (load_rate_parse(&out->from, NULL, part[0], false, why, why_bytes) ||
		load_rate_parse(&out->to, NULL, part[1], false, why, why_bytes))
		return -EINVAL;
	if (units_parse_time(&out->ns, part[2]) || out->ns == 0 ||
		out->ns > YEAR_NS)
		return fail(&w,
			"\"%s\" is not a time from 1ns to 8784h; try 10s, "
			"500ms or 2m",
			part[2]);
	if (n == 4 && units_parse_count(&steps, part[3], 2, STEPS_MOST))
		return fail(&w, "\"%s\" is not a number from 2 to %d", part[3],
			STEPS_MOST);
	if (steps && out->ns / steps == 0)
		return fail(&w,
			"\"%s\": the steps are shorter than a nanosecond; use "
			"a longer time",
			text);
	out->steps = (uint32_t)steps;
	return 0;
}

/* Each thread has a part of the rate, and its first departure is offset by a
 * part of an interval (pace_init). */
bool load_rate_is_due(const struct pace_plan *plan, uint32_t flows,
	uint32_t threads, uint64_t omit_ns, uint64_t time_ns)
{
	double from = pace_planned(plan, omit_ns) / plan->burst;
	double to = pace_planned(plan, omit_ns + time_ns) / plan->burst;

	if (plan->spacing == PACE_POISSON)
		return true;
	for (uint32_t i = 0; i < threads; i++) {
		uint32_t own = load_flows_of(flows, threads, i);
		double share = (double)own / flows;
		double offset = (double)i / threads;
		/* What is due at the very beginning may be lost to rounding. */
		double next = ceil(from * share - offset - 1e-9);

		if ((next > 0 ? next : 0) + offset < to * share)
			return true;
	}
	return false;
}
