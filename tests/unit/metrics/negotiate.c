/* SPDX-License-Identifier: MIT */
#include "metrics/negotiate.h"

#include <criterion/criterion.h>

#define OPEN "application/openmetrics-text"

static const struct {
	const char *accept;
	enum metrics_format format;
} cases[] = {
	/* What Prometheus 2.42 and 2.53 send. */
	{OPEN ";version=1.0.0," OPEN
	      ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		METRICS_OPENMETRICS},
	{OPEN ";version=1.0.0;q=0.5," OPEN
	      ";version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
		METRICS_OPENMETRICS},
	{OPEN, METRICS_OPENMETRICS},
	{"Application/OpenMetrics-Text ; Version=1.0.0 ; charset=utf-8",
		METRICS_OPENMETRICS},
	{"text/html, " OPEN, METRICS_OPENMETRICS},
	/* Who prefers the other format, another version, or anything. */
	{OPEN ";q=0.4,text/plain;q=0.5", METRICS_PROMETHEUS},
	{OPEN ";q=0,text/plain;q=0", METRICS_PROMETHEUS},
	{OPEN ";version=0.0.1", METRICS_PROMETHEUS},
	{OPEN ";version=2.0.0", METRICS_PROMETHEUS},
	{"text/plain", METRICS_PROMETHEUS},
	{"*/*", METRICS_PROMETHEUS},
	{"text/html,application/xhtml+xml,*/*;q=0.8", METRICS_PROMETHEUS},
	{"", METRICS_PROMETHEUS},
	{NULL, METRICS_PROMETHEUS},
	/* Nonsense. */
	{",,;;,=;q", METRICS_PROMETHEUS},
	{OPEN ";q=-1", METRICS_PROMETHEUS},
	{OPEN ";q=nan", METRICS_PROMETHEUS},
	{OPEN ";q=inf", METRICS_PROMETHEUS},
	{OPEN "x", METRICS_PROMETHEUS},
	{"x" OPEN, METRICS_PROMETHEUS},
	{OPEN ";version=", METRICS_PROMETHEUS},
	{";" OPEN, METRICS_PROMETHEUS},
};

Test(negotiate, gives_openmetrics_to_who_asks_for_it)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(metrics_negotiate(cases[i].accept) == cases[i].format,
			"%s", cases[i].accept);
}
