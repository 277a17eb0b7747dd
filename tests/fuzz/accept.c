/* SPDX-License-Identifier: MIT */
/* The header Accept of a scraper, or of anybody: it is read to its end, and
 * who asks for OpenMetrics at last gets it, whatever stands before. */
#include "fuzz.h"
#include "metrics/negotiate.h"

#include <stdlib.h>
#include <string.h>

#define OPEN "application/openmetrics-text"

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE(OPEN ";version=1.0.0," OPEN ";version=0.0.1;q=0.75,text/plain;"
		    "version=0.0.4;q=0.5,*/*;q=0.1"),
	SAMPLE(OPEN " ; Version=1.0.0\t; charset=utf-8"),
	SAMPLE("text/plain;q=1;q=0,,; ,;;q=nan;version=;=," OPEN),
	{NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *text = malloc(bytes + sizeof("," OPEN));
	size_t n;

	CHECK(text);
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	(void)metrics_negotiate(text);
	n = strlen(text);
	memcpy(text + n, "," OPEN, sizeof("," OPEN));
	CHECK(metrics_negotiate(text) == METRICS_OPENMETRICS);
	free(text);
	return 0;
}
