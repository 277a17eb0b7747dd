/* SPDX-License-Identifier: MIT */
/* Names and service names to addresses, by getaddrinfo(3). */
#pragma once

#include "core/address.h"

/*
 * "HOST:PORT", "[V6%SCOPE]:PORT", "PORT", ":PORT", "*:PORT", "[::]:PORT";
 * HOST may be a name, PORT a service name ("domain"). fallback is the host
 * where none is given ("127.0.0.1"), and may be NULL: then a host is required.
 * family AF_UNSPEC, AF_INET or AF_INET6 (-4, -6). "*" is 0.0.0.0, or [::]
 * where family is AF_INET6.
 *
 * 0, or -errno and one line in why: what, where, and what would be right.
 */
int resolve(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes);
