/* SPDX-License-Identifier: MIT */
/* Reads a capture with libpcap: what UDP carried, and when. */
#pragma once

#include "load/traffic/replay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load_capture {
	uint64_t packets;                    /* in the file */
	uint64_t verdicts[DISSECT_VERDICTS]; /* what the packets were */
	char damage[192]; /* why the file could not be read to its end; else ""
			   */
};

/* False in a build without libpcap. */
bool load_capture_supported(void);

/* Adds to a zeroed replay and settles it. 0; -ENOMEM; -EINVAL and one line in
 * why if the file cannot be read or its link type is not supported; -ENOPKG and
 * one line in why if libpcap cannot be loaded. */
int load_capture_read(struct replay *r, struct load_capture *c,
	const char *path, char *why, size_t why_bytes);
