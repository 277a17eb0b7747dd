/* SPDX-License-Identifier: MIT */
#include "cli/args/metrics.h"

#include "cli/args/usage.h"
#include "cli/print/say.h"
#include "metrics/endpoint.h"
#include "net/resolve.h"

#include <stdio.h>
#include <string.h>

#define UNIX "unix:"

void metrics_place_parse(struct metrics_place *out, const char *text)
{
	const char *path = text + strlen(UNIX);
	char why[256];

	*out = (struct metrics_place){0};
	if (!metrics_endpoint_supported())
		say_exit(EXIT_SYSTEM,
			"--metrics: this build cannot answer scrapers; install "
			"libmicrohttpd-dev and build again, without "
			"-Dstatic=true");
	if (strncmp(text, UNIX, strlen(UNIX)) != 0) {
		if (resolve_tcp(&out->at, text, "127.0.0.1", AF_UNSPEC, why,
			    sizeof(why)))
			usage_error("metrics", "%s", why);
		return;
	}
	if (!*path)
		usage_error("metrics",
			"no file is named; try unix:/run/udpmill.metrics");
	if (strlen(path) >= sizeof(out->path))
		usage_error("metrics",
			"the path of a socket has at most %zu bytes; \"%s\" "
			"has %zu",
			sizeof(out->path) - 1, path, strlen(path));
	strcpy(out->path, path);
}
