/* SPDX-License-Identifier: MIT */
#include "net/bind_hint.h"

#include <errno.h>

const char *bind_hint(int error, bool stream)
{
	switch (error) {
	case -EADDRINUSE:
		return stream ? "; use another port, or 0 for any free one "
				"(\"ss -ltnp\" shows who has this one)"
			      : "; use another port, or 0 for any free one "
				"(\"ss -lunp\" shows who has this one)";
	case -EADDRNOTAVAIL:
		return "; use an address of this host (\"ip address\" lists "
		       "them)";
	case -EACCES:
		return "; use a port above 1023, or run with "
		       "CAP_NET_BIND_SERVICE";
	default:
		return "";
	}
}
