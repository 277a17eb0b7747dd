/* SPDX-License-Identifier: MIT */
/*
 * Socket addresses as plain data: print, parse, compare, match. No name lookup
 * and no socket; for names see net/resolve.h.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Room for "[v6%scope]:port" and its NUL, with the longest interface name. */
#define ADDRESS_TEXT 80

/* The length to pass to the kernel for this family; 0 for other families. */
socklen_t address_length(const union address *a);

/* In host byte order. */
static inline uint16_t address_port(const union address *a)
{
	/* sin_port and sin6_port lie at one offset. */
	return ntohs(a->in.sin_port);
}

void address_set_port(union address *a, uint16_t port);

/*
 * Writes "192.0.2.1:53" or "[2001:db8::1%eth0]:53" and returns text. A
 * v4-mapped address is printed as what it is, "[::ffff:192.0.2.1]:53".
 */
const char *address_format(const union address *a, char text[ADDRESS_TEXT]);

/* The same without port or brackets. */
const char *address_format_host(
	const union address *a, char text[ADDRESS_TEXT]);

/*
 * A numeric address with a port, in the form address_format() prints.
 * 0, or -EINVAL and *a untouched.
 */
int address_parse(union address *a, const char *text);

/* Same family, address, port and (IPv6) scope. */
static inline bool address_equal(const union address *a, const union address *b)
{
	if (a->sa.sa_family != b->sa.sa_family ||
		a->in.sin_port != b->in.sin_port)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
	       memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, 16) == 0;
}

/* Folds the host into 32 bits, for a hash table: (fold * ADDRESS_MIX) >> (32 -
 * bits) is an index of that many bits. */
#define ADDRESS_MIX 0x9e3779b1u
static inline uint32_t address_fold(const union address *a)
{
	uint32_t word[4];

	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr;
	memcpy(word, &a->in6.sin6_addr, sizeof(word));
	return word[0] ^ word[1] ^ word[2] ^ word[3];
}

/* Same host, ignoring ports; ::ffff:a.b.c.d equals a.b.c.d. */
bool address_same_host(const union address *a, const union address *b);

/*
 * ::ffff:a.b.c.d becomes a.b.c.d, anything else stays. Without this, a rule
 * about addresses can be bypassed with a v4-mapped one (coturn,
 * CVE-2020-26262).
 */
void address_unmap(union address *a);

/* All unmap first. loopback: 127/8 and ::1; any: 0.0.0.0 and ::; group:
 * multicast and 255.255.255.255. */
bool address_is_loopback(const union address *a);
bool address_is_any(const union address *a);
bool address_is_group(const union address *a);

/* Neither any nor a group. */
static inline bool address_is_host(const union address *a)
{
	/* 0.0.0.1 to 223.255.255.255, as almost all are. */
	if (a->sa.sa_family == AF_INET &&
		ntohl(a->in.sin_addr.s_addr) - 1 < 0xdfffffffu)
		return true;
	return !address_is_any(a) && !address_is_group(a);
}

/* Adds n to the host address; does nothing for AF_UNSPEC. */
void address_add(union address *a, uint32_t n);

/* How many addresses last is after first, ignoring ports; 0: the same host.
 * UINT64_MAX if it is before first, of another family, or 2^32 or more after
 * it. */
uint64_t address_distance(
	const union address *first, const union address *last);

/* A prefix, "192.0.2.0/24" or "2001:db8::/32", or a single address. A v4-mapped
 * prefix, "::ffff:192.0.2.0/120", becomes the IPv4 one. */
struct cidr {
	union address base;
	unsigned bits;
};

/* 0; -EINVAL if it is no address or has more bits than the family, and *c is
 * untouched; -ERANGE if bits are set behind the prefix, as in "192.0.2.1/24",
 * and *c is the prefix that was meant, 192.0.2.0/24. */
int cidr_parse(struct cidr *c, const char *text);
bool cidr_match(const struct cidr *c, const union address *a);
