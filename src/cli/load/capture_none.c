/* SPDX-License-Identifier: MIT */
/* Replaces capture_pcap.c in a build without libpcap. */
#include "cli/load/capture.h"

#include <errno.h>
#include <stdio.h>

bool load_capture_supported(void)
{
	return false;
}

int load_capture_read(struct replay *r, struct load_capture *c,
	const char *path, char *why, size_t why_bytes)
{
	(void)r;
	(void)path;
	*c = (struct load_capture){0};
	snprintf(why, why_bytes, "this build does not support captures");
	return -ENOPKG;
}
