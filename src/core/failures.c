/* SPDX-License-Identifier: MIT */
#include "core/failures.h"

#include <errno.h>

bool failure_is_of_network(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case ENONET:
	case ENOPROTOOPT:
	case EPROTO:
	case EMSGSIZE:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

static bool is_final(int error)
{
	switch (error) {
	case EBADF:
	case EFAULT:
	case EINVAL:
	case ENOSYS:
	case ENOTSOCK:
		return true;
	default:
		return false;
	}
}

enum failures_verdict failures_judge(struct failures *f, int error)
{
	f->in_a_row++;
	if (failure_is_of_network(error))
		return f->in_a_row < FAILURES_REPORTS ? FAILURES_PASS
						      : FAILURES_PAUSE;
	if (is_final(error) || f->in_a_row >= FAILURES_MAX)
		return FAILURES_END;
	return f->worked || error == EINTR ? FAILURES_PAUSE : FAILURES_END;
}

const char *failure_advice(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "; a seccomp filter (a container's, or systemd's "
		       "SystemCallFilter), a security module or, where it is "
		       "a send, a firewall denies it";
	case ENOSYS:
		return "; this kernel has no such call, or a container's "
		       "seccomp filter hides it";
	case ENOMEM:
	case ENOBUFS:
		return "; memory is short: check the limits of the control "
		       "group, of the system and, with io_uring, of locked "
		       "memory (ulimit -l)";
	case EMFILE:
		return "; the process may open no more files; raise ulimit -n";
	case ENFILE:
		return "; the system may open no more files; raise sysctl "
		       "fs.file-max";
	default:
		return "";
	}
}
