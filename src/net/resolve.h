/* SPDX-License-Identifier: MIT */
/* Names and service names to addresses, by getaddrinfo(3). */
#pragma once

#include "core/address.h"

/*
 * "HOST:PORT", "[V6%SCOPE]:PORT", "PORT", ":PORT", "*:PORT", "[::]:PORT";
 * HOST may be a name, PORT a service name ("domain"). fallback is the host
 * where none is given ("127.0.0.1"), and may be NULL: then a host is required,
 * and a reason does not offer port 0.
 * family AF_UNSPEC, AF_INET or AF_INET6 (-4, -6). "*" is 0.0.0.0, or [::]
 * where family is AF_INET6.
 *
 * A name may have several addresses: the first in getaddrinfo's order is taken
 * (RFC 6724), but 127.0.0.1 before ::1, because that is where serve listens
 * unless told otherwise. A service name is one of UDP's.
 *
 * 0; -EINVAL malformed, of the other family, or link-local without an interface
 * or with one that there is not; -ENOENT no such name or
 * service; -EAGAIN the name servers did not answer; -errno else, and one line
 * in why: what, where, and what would be right. *out is untouched on failure.
 * Blocks for as long as the resolver does.
 */
int resolve(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes);
