/* SPDX-License-Identifier: MIT */
#include "cli/json_write.h"

#include <errno.h>

int json_write(FILE *out, json_t *all, size_t flags)
{
	int error = 0;

	if (!all)
		return -ENOMEM;
	if (json_dumpf(all, out, flags) || fputc('\n', out) == EOF ||
		fflush(out))
		error = -EIO;
	json_decref(all);
	return error;
}
