/* SPDX-License-Identifier: MIT */
#include "metrics/negotiate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANK " \t"

/* Is text, which has n bytes, this word? */
static bool is(const char *text, size_t n, const char *word)
{
	while (n > 0 && strchr(BLANK, text[n - 1]))
		n--;
	return n == strlen(word) && strncasecmp(text, word, n) == 0;
}

/* The weight of a media range with these parameters; -1: it is of a version
 * that we do not write. */
static double weight_of(const char *at, const char *end, const char *version)
{
	double q = 1;

	while (at < end && *at == ';') {
		const char *next;

		at += 1 + strspn(at + 1, BLANK);
		next = at + strcspn(at, ";,");
		if (strncasecmp(at, "q=", 2) == 0)
			q = strtod(at + 2, NULL);
		else if (strncasecmp(at, "version=", 8) == 0 &&
			 !is(at + 8, (size_t)(next - at - 8), version))
			return -1;
		at = next;
	}
	return q >= 0 && q <= 1 ? q : 0;
}

enum metrics_format metrics_negotiate(const char *accept)
{
	double open = 0, old = 0;

	while (accept && *accept) {
		const char *end, *type = accept + strspn(accept, BLANK ",");
		size_t n = strcspn(type, ";,");
		double q = 0;

		end = type + strcspn(type, ",");
		if (is(type, n, "application/openmetrics-text")) {
			q = weight_of(type + n, end, "1.0.0");
			open = q > open ? q : open;
		} else if (is(type, n, "text/plain")) {
			q = weight_of(type + n, end, "0.0.4");
			old = q > old ? q : old;
		}
		accept = end;
	}
	return open > 0 && open >= old ? METRICS_OPENMETRICS
				       : METRICS_PROMETHEUS;
}
