/* SPDX-License-Identifier: MIT */
#include "core/address.h"

#include "core/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

socklen_t address_length(const union address *a)
{
	switch (a->sa.sa_family) {
	case AF_INET:
		return sizeof(a->in);
	case AF_INET6:
		return sizeof(a->in6);
	default:
		return 0;
	}
}

void address_set_port(union address *a, uint16_t port)
{
	a->in.sin_port = htons(port);
}

const char *address_format_host(const union address *a, char text[ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 1] = "";
	uint32_t id;

	switch (a->sa.sa_family) {
	case AF_INET:
		return inet_ntop(AF_INET, &a->in.sin_addr, text, ADDRESS_TEXT);
	case AF_INET6:
		id = a->in6.sin6_scope_id;
		inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof(host));
		if (id && !if_indextoname(id, scope))
			snprintf(scope, sizeof(scope), "%u", id);
		snprintf(text, ADDRESS_TEXT, "%s%s%s", host, id ? "%" : "",
			scope);
		return text;
	default:
		snprintf(text, ADDRESS_TEXT, "(no address)");
		return text;
	}
}

const char *address_format(const union address *a, char text[ADDRESS_TEXT])
{
	char host[ADDRESS_TEXT];
	bool v6 = a->sa.sa_family == AF_INET6;

	address_format_host(a, host);
	if (address_length(a) == 0)
		snprintf(text, ADDRESS_TEXT, "%s", host);
	else
		snprintf(text, ADDRESS_TEXT, "%s%.*s%s:%u", v6 ? "[" : "",
			ADDRESS_TEXT - 9, host, v6 ? "]" : "", address_port(a));
	return text;
}

static int parse_v6(union address *a, char *host)
{
	char *percent = strchr(host, '%');
	uint64_t id = 0;

	if (percent) {
		*percent++ = '\0';
		id = if_nametoindex(percent);
		if (!id && units_parse_count(&id, percent, 1, UINT32_MAX))
			return -EINVAL;
	}
	a->in6.sin6_family = AF_INET6;
	a->in6.sin6_scope_id = (uint32_t)id;
	return inet_pton(AF_INET6, host, &a->in6.sin6_addr) == 1 ? 0 : -EINVAL;
}

int address_parse(union address *a, const char *text)
{
	union address r = {0};
	char host[ADDRESS_TEXT];
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	uint64_t port;
	int error;

	if (n == 0 || n >= sizeof(host) ||
		units_parse_count(&port, colon + 1, 0, 65535))
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		error = parse_v6(&r, host + 1);
	} else {
		r.in.sin_family = AF_INET;
		error = inet_pton(AF_INET, host, &r.in.sin_addr) == 1 ? 0
								      : -EINVAL;
	}
	if (error)
		return error;
	address_set_port(&r, (uint16_t)port);
	*a = r;
	return 0;
}

bool address_same_host(const union address *a, const union address *b)
{
	union address x = *a, y = *b;

	address_unmap(&x);
	address_unmap(&y);
	if (x.sa.sa_family != y.sa.sa_family)
		return false;
	if (x.sa.sa_family == AF_INET)
		return x.in.sin_addr.s_addr == y.in.sin_addr.s_addr;
	return memcmp(&x.in6.sin6_addr, &y.in6.sin6_addr, 16) == 0;
}

void address_unmap(union address *a)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	if (a->sa.sa_family != AF_INET6 ||
		!IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return;
	in.sin_port = a->in6.sin6_port;
	memcpy(&in.sin_addr, &a->in6.sin6_addr.s6_addr[12], 4);
	memset(a, 0, sizeof(*a));
	a->in = in;
}

/* Gets the IPv4 address, mapped or plain, in host order. Without copying the
 * whole address: the rules below run for each train. */
static bool is_v4(const union address *a, uint32_t *host)
{
	if (a->sa.sa_family == AF_INET) {
		*host = ntohl(a->in.sin_addr.s_addr);
		return true;
	}
	if (a->sa.sa_family != AF_INET6 ||
		!IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return false;
	memcpy(host, &a->in6.sin6_addr.s6_addr[12], sizeof(*host));
	*host = ntohl(*host);
	return true;
}

bool address_is_loopback(const union address *a)
{
	uint32_t v4;

	if (is_v4(a, &v4))
		return v4 >> 24 == 127;
	return a->sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
}

bool address_is_any(const union address *a)
{
	uint32_t v4;

	if (is_v4(a, &v4))
		return v4 == INADDR_ANY;
	return a->sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
}

bool address_is_group(const union address *a)
{
	uint32_t v4;

	if (is_v4(a, &v4))
		return IN_MULTICAST(v4) || v4 == INADDR_BROADCAST;
	return a->sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_MULTICAST(&a->in6.sin6_addr);
}

/* The last 32 bits, in network order; NULL for other families. */
static uint8_t *low_bytes(union address *a)
{
	switch (a->sa.sa_family) {
	case AF_INET:
		return (uint8_t *)&a->in.sin_addr;
	case AF_INET6:
		return &a->in6.sin6_addr.s6_addr[12];
	default:
		return NULL;
	}
}

void address_add(union address *a, uint32_t n)
{
	uint8_t *at = low_bytes(a);
	uint32_t low;

	if (!at)
		return;
	memcpy(&low, at, sizeof(low));
	low = htonl(ntohl(low) + n);
	memcpy(at, &low, sizeof(low));
}

uint64_t address_distance(const union address *first, const union address *last)
{
	union address a = *first, b = *last;
	uint8_t *x = low_bytes(&a), *y = low_bytes(&b);
	uint32_t from, to;

	if (!x || !y || a.sa.sa_family != b.sa.sa_family)
		return UINT64_MAX;
	if (a.sa.sa_family == AF_INET6 &&
		memcmp(&a.in6.sin6_addr, &b.in6.sin6_addr, 12) != 0)
		return UINT64_MAX;
	memcpy(&from, x, sizeof(from));
	memcpy(&to, y, sizeof(to));
	from = ntohl(from);
	to = ntohl(to);
	return to < from ? UINT64_MAX : to - from;
}

static const uint8_t *host_bytes(const union address *a, unsigned *bits)
{
	if (a->sa.sa_family == AF_INET) {
		*bits = 32;
		return (const uint8_t *)&a->in.sin_addr;
	}
	*bits = 128;
	return a->in6.sin6_addr.s6_addr;
}

/* Do the first bits of a and b agree? */
static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

/* Clears the bits behind the prefix. True if any were set. */
static bool clear_behind(struct cidr *c)
{
	unsigned all;
	uint8_t *bytes = (uint8_t *)host_bytes(&c->base, &all);
	bool any = false;

	for (unsigned i = c->bits; i < all; i++) {
		uint8_t bit = (uint8_t)(1 << (7 - i % 8));

		any |= bytes[i / 8] & bit;
		bytes[i / 8] &= (uint8_t)~bit;
	}
	return any;
}

int cidr_parse(struct cidr *c, const char *text)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	struct cidr r = {0};
	uint64_t bits;
	unsigned all;
	bool more;

	if (n == 0 || n >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, &r.base.in.sin_addr) == 1)
		r.base.sa.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, host, &r.base.in6.sin6_addr) == 1)
		r.base.sa.sa_family = AF_INET6;
	else
		return -EINVAL;
	host_bytes(&r.base, &all);
	bits = all;
	if (slash && units_parse_count(&bits, slash + 1, 0, all))
		return -EINVAL;
	r.bits = (unsigned)bits;
	more = clear_behind(&r);
	/* cidr_match() unmaps addresses, so the prefix must be unmapped too. */
	if (all == 128 && r.bits >= 96 &&
		IN6_IS_ADDR_V4MAPPED(&r.base.in6.sin6_addr)) {
		address_unmap(&r.base);
		r.bits -= 96;
	}
	*c = r;
	return more ? -ERANGE : 0;
}

bool cidr_match(const struct cidr *c, const union address *a)
{
	union address x = *a;
	unsigned all;

	address_unmap(&x);
	if (x.sa.sa_family != c->base.sa.sa_family)
		return false;
	return prefix_equal(
		host_bytes(&c->base, &all), host_bytes(&x, &all), c->bits);
}
