/* SPDX-License-Identifier: MIT */
#include "net/ring_hint.h"

#include <errno.h>
#include <string.h>

const char *ring_hint(int error)
{
	switch (-error) {
	case ENOSYS:
		return "this kernel has no io_uring";
	case EPERM:
		return "io_uring is forbidden here (sysctl "
		       "kernel.io_uring_disabled, or a container's seccomp "
		       "filter)";
	case EINVAL:
		return "Linux 6.1 or newer is needed (SINGLE_ISSUER, "
		       "DEFER_TASKRUN)";
	case ENOMEM:
		return "too little memory may be locked (ulimit -l)";
	default:
		return strerror(-error);
	}
}
