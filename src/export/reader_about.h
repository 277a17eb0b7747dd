/* SPDX-License-Identifier: MIT */
/* What a segment says about its server. Strings and endpoints belong to the
 * reader. */
#pragma once

#include "core/address.h"

#include <stdint.h>
#include <sys/types.h>

struct reader_about {
	const char *path, *version, *service, *backend;
	const char *config; /* JSON text */
	int32_t pid;
	uint64_t started_ns; /* CLOCK_REALTIME */
	uint64_t netns;
	uid_t owner; /* of the file */
	const union address *endpoints;
	uint32_t endpoint_count;
	uint32_t worker_count;
	uint32_t counter_count;
};
