/* SPDX-License-Identifier: MIT */
/* Resolves host and service names by getaddrinfo(3). */
#pragma once

#include "core/address.h"

/*
 * "HOST:PORT", "[V6%SCOPE]:PORT", "PORT", ":PORT", "*:PORT", "[::]:PORT"; HOST
 * may be a name, PORT a service name ("domain"). fallback is the default host
 * ("127.0.0.1"); NULL: a host is required, and reasons do not suggest port 0.
 * family AF_UNSPEC, AF_INET or AF_INET6 (-4, -6). "*" is 0.0.0.0, or [::] where
 * family is AF_INET6.
 *
 * If a name has several addresses, the first in getaddrinfo's order is taken
 * (RFC 6724), but 127.0.0.1 before ::1, because serve listens there by default.
 * Service names are those for UDP, or for TCP by resolve_tcp().
 *
 * 0; or -errno and one line in why that says what is wrong and what would be
 * right: -EINVAL malformed, of the wrong family, or link-local without an
 * existing interface; -ENOENT no such host or service; -EAGAIN the name servers
 * did not answer. *out is untouched on failure. Blocks as long as the resolver
 * does.
 */
int resolve(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes);
int resolve_tcp(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes);
