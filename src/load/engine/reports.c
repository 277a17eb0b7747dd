/* SPDX-License-Identifier: MIT */
#include "load/engine/reports.h"

#include "net/icmp.h"

#include <errno.h>

/* Per call; errors left over make the socket's next call fail again. */
#define READS_MAX 1024

void reports_count(struct engine_reports *out, int error)
{
	if (error == EMSGSIZE)
		out->too_big++;
	else if (error == ECONNREFUSED)
		out->refused++;
	else
		out->other++;
}

void reports_read(int fd, struct engine_reports *out)
{
	int error;

	*out = (struct engine_reports){0};
	for (int i = 0; i < READS_MAX && (error = icmp_next_error(fd)); i++)
		reports_count(out, error);
}
