/* SPDX-License-Identifier: MIT */
#include "cli/json_write.h"

#include "cli/streams.h"

#include <errno.h>

int json_write(FILE *out, json_t *all, size_t flags)
{
	int error;

	if (!all)
		return -ENOMEM;
	errno = 0;
	if (json_dumpf(all, out, flags) || fputc('\n', out) == EOF)
		error = ferror(out) ? streams_failed(out) : -ENOMEM;
	else
		error = streams_flush(out);
	json_decref(all);
	return error;
}
