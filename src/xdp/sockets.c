/* SPDX-License-Identifier: MIT */
#include "xdp/sockets.h"

#include "net/proc.h"

#include <inttypes.h>
#include <stdio.h>

/* "XDP 1088 0 ...": the size of one, and how many there are, from socket(2) to
 * close(2) (xsk_release()). */
uint32_t xdp_sockets_open(void)
{
	FILE *f = fopen(PROC_NET "protocols", "re");
	uint32_t n = UINT32_MAX;
	char line[512];

	if (!f)
		return n;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "XDP %*u %" SCNu32, &n) == 1)
			break;
	fclose(f);
	return n;
}
