/* SPDX-License-Identifier: MIT */
/* For builds without libmicrohttpd. */
#include "metrics/endpoint.h"

#include <errno.h>

bool metrics_endpoint_supported(void)
{
	return false;
}

int metrics_endpoint_open(struct metrics_endpoint **out,
	const struct metrics_endpoint_config *config, char *why,
	size_t why_bytes)
{
	(void)out;
	(void)config;
	snprintf(why, why_bytes, "this build has no libmicrohttpd");
	return -ENOPKG;
}

void metrics_endpoint_close(struct metrics_endpoint *e)
{
	(void)e;
}
