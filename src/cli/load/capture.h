/* SPDX-License-Identifier: MIT */
/* A capture read from its file, by libpcap: what UDP carried, and when. */
#pragma once

#include "load/traffic/replay.h"

#include <stddef.h>
#include <stdint.h>

struct load_capture {
	uint64_t packets;                    /* in the file */
	uint64_t verdicts[DISSECT_VERDICTS]; /* what each of them was */
	char damage[192]; /* where the file ends before its end; else "" */
};

/* Adds to a zeroed replay and settles it. 0; -ENOMEM; -EINVAL and one line in
 * why: it is no file that can be read, or none of these links; -ENOPKG and one
 * line in why: libpcap cannot be loaded. */
int load_capture_read(struct replay *r, struct load_capture *c,
	const char *path, char *why, size_t why_bytes);
