/* SPDX-License-Identifier: MIT */
#include "core/counters.h"

#include <errno.h>

#define COUNTER(id, name, kind, unit, help)                                    \
	[COUNTER_##id] = {#name, #unit, help, COUNTER_KIND_##kind},
const struct counter_description counter_table[COUNTER_COUNT] = {
#include "core/counters.def"
};
#undef COUNTER

enum counter_id counter_of_send_error(int error)
{
	switch (-error) {
	case EAGAIN:
		return COUNTER_SEND_FAILED_AGAIN;
	case ENOBUFS:
	case ENOMEM:
		return COUNTER_SEND_FAILED_NOBUFS;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
		return COUNTER_SEND_FAILED_UNREACHABLE;
	case EPERM:
	case EACCES:
		return COUNTER_SEND_FAILED_DENIED;
	case EMSGSIZE:
		return COUNTER_SEND_FAILED_TOO_LONG;
	default:
		return COUNTER_SEND_FAILED_OTHER;
	}
}
