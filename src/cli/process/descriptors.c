/* SPDX-License-Identifier: MIT */
#include "cli/process/descriptors.h"

#include <sys/resource.h>

/* "Unlimited" is still bounded by fs.nr_open, a million unless it is changed.
 */
#define UNLIMITED 1000000u
/* INR_OPEN_CUR in include/uapi/linux/fs.h: what processes start with, unless it
 * is changed. */
#define USUAL 1024u

uint64_t descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return USUAL;
	if (limit.rlim_cur < limit.rlim_max) {
		const struct rlimit raised = {limit.rlim_max, limit.rlim_max};

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			limit = raised;
	}
	return limit.rlim_cur < UNLIMITED ? limit.rlim_cur : UNLIMITED;
}
