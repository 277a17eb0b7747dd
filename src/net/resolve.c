/* SPDX-License-Identifier: MIT */
#include "net/resolve.h"

#include "core/units.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The longest name of the DNS is 253 characters (RFC 1035). */
#define HOST_BYTES 256

struct endpoint {
	char host[HOST_BYTES];
	const char *port;
	bool numeric; /* host was in brackets */
	bool any;     /* port 0 means any free one */
	bool tcp;
};

struct reason {
	char *text;
	size_t bytes;
};

__attribute__((format(printf, 3, 4))) static int refuse(
	const struct reason *why, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why->text, why->bytes, format, ap);
	va_end(ap);
	return error;
}

/* Splits the text into host, if it has one, and port. */
static int split(struct endpoint *e, const char *text, const struct reason *why)
{
	const char *first = strchr(text, ':'), *colon = strrchr(text, ':');
	const char *host = text;
	size_t n = colon ? (size_t)(colon - text) : 0;

	*e = (struct endpoint){.port = colon ? colon + 1 : text};
	if (text[0] == '[') {
		if (n < 2 || colon[-1] != ']')
			return refuse(why, -EINVAL,
				"\"%s\" has no port; use [ADDRESS]:PORT", text);
		e->numeric = true;
		host++;
		n -= 2;
		if (n == 0)
			return refuse(why, -EINVAL,
				"\"%s\" has no address in the brackets; use "
				"one "
				"as in [::1]:PORT",
				text);
	} else if (first != colon) {
		return refuse(why, -EINVAL,
			"\"%s\": an IPv6 address needs brackets; use "
			"[ADDRESS]:PORT",
			text);
	}
	if (!*e->port)
		return refuse(why, -EINVAL, "\"%s\" has no port; use HOST:PORT",
			text);
	if (n >= sizeof(e->host))
		return refuse(why, -EINVAL,
			"\"%.40s...\": no host name is that long", text);
	memcpy(e->host, host, n);
	return 0;
}

/* Fills in the default host, or the wildcard address for "*". */
static int complete(struct endpoint *e, const char *text, const char *fallback,
	int family, const struct reason *why)
{
	if (strcmp(e->host, "*") == 0) {
		strcpy(e->host, family == AF_INET6 ? "::" : "0.0.0.0");
	} else if (!e->host[0]) {
		if (!fallback)
			return refuse(why, -EINVAL,
				"\"%s\" is not HOST:PORT; try 127.0.0.1:1060 "
				"or "
				"[::1]:1060",
				text);
		if (snprintf(e->host, sizeof(e->host), "%s", fallback) >=
			(int)sizeof(e->host))
			return refuse(why, -EINVAL,
				"\"%.40s...\": no host name is that long",
				fallback);
	}
	if (e->numeric && family == AF_INET)
		return refuse(why, -EINVAL,
			"\"%s\" is an IPv6 address, but IPv4 was asked for",
			text);
	return 0;
}

/* Explains why the host in brackets is not an address. */
static int refuse_numeric(const struct endpoint *e, const struct reason *why)
{
	char host[HOST_BYTES], *scope;
	struct in6_addr a;

	strcpy(host, e->host);
	scope = strchr(host, '%');
	if (scope)
		*scope++ = '\0';
	if (!scope || inet_pton(AF_INET6, host, &a) != 1)
		return refuse(
			why, -EINVAL, "\"%s\" is not an IPv6 address", e->host);
	if (!if_nametoindex(scope))
		return refuse(why, -EINVAL,
			"\"%s\": there is no interface \"%s\"; \"ip link\" "
			"lists "
			"the interfaces",
			e->host, scope);
	return refuse(why, -EINVAL,
		"\"%s\": only a link-local address takes an interface; use "
		"\"%s\"",
		e->host, host);
}

static int refuse_lookup(const struct endpoint *e, int family, int gai,
	int error, const struct reason *why)
{
	switch (gai) {
	case EAI_SYSTEM:
		return refuse(why, -error, "cannot look up \"%s\": %s", e->host,
			strerror(error));
	case EAI_SERVICE:
		return refuse(why, -ENOENT,
			"\"%s\" is not a port; use %d to 65535 or a %s service "
			"in /etc/services",
			e->port, e->any ? 0 : 1, e->tcp ? "TCP" : "UDP");
	case EAI_AGAIN:
		return refuse(why, -EAGAIN,
			"cannot look up \"%s\": the name servers did not "
			"answer",
			e->host);
	case EAI_MEMORY:
		return refuse(why, -ENOMEM, "cannot look up \"%s\": %s",
			e->host, gai_strerror(gai));
	case EAI_ADDRFAMILY:
	case EAI_NODATA:
		return refuse(why, -EINVAL,
			"\"%s\" has no address of the family asked for (-4, "
			"-6)",
			e->host);
	default:
		if (e->numeric)
			return refuse_numeric(e, why);
		return refuse(why, -ENOENT,
			"no %saddress is known for host \"%s\"",
			family == AF_INET    ? "IPv4 "
			: family == AF_INET6 ? "IPv6 "
					     : "",
			e->host);
	}
}

static bool is_loopback(const struct addrinfo *ai)
{
	union address a = {0};

	memcpy(&a, ai->ai_addr, ai->ai_addrlen);
	return address_is_loopback(&a);
}

static const struct addrinfo *choose(const struct addrinfo *list)
{
	const struct addrinfo *ai = list;

	if (!is_loopback(list))
		return list;
	while (ai && !(ai->ai_family == AF_INET && is_loopback(ai)))
		ai = ai->ai_next;
	return ai ? ai : list;
}

/*
 * getaddrinfo reads ports with strtoul: it accepts "-1" and " 53", and turns
 * "70000" into 4464. So numbers are read here, and it only gets names.
 */
static bool take_port(int *port, const char *text)
{
	uint64_t value;

	*port = -1;
	if (text[strspn(text, "0123456789")])
		return isalnum((unsigned char)text[0]);
	if (units_parse_count(&value, text, 0, 65535))
		return false;
	*port = (int)value;
	return true;
}

/* A link-local address exists on every link: without an interface the kernel
 * says "Invalid argument". */
static bool lacks_interface(const union address *a)
{
	return a->sa.sa_family == AF_INET6 && a->in6.sin6_scope_id == 0 &&
	       IN6_IS_ADDR_LINKLOCAL(&a->in6.sin6_addr);
}

static int look_up(union address *out, const struct endpoint *e, int family,
	const struct reason *why)
{
	const struct addrinfo hints = {
		.ai_family = e->numeric ? AF_INET6 : family,
		.ai_socktype = e->tcp ? SOCK_STREAM : SOCK_DGRAM,
		.ai_protocol = e->tcp ? IPPROTO_TCP : IPPROTO_UDP,
		.ai_flags = e->numeric ? AI_NUMERICHOST : 0,
	};
	struct addrinfo *list;
	const struct addrinfo *ai;
	union address found = {0};
	char text[ADDRESS_TEXT];
	int port, error;

	if (!take_port(&port, e->port))
		return refuse_lookup(e, family, EAI_SERVICE, 0, why);
	error = getaddrinfo(e->host, port < 0 ? e->port : NULL, &hints, &list);
	if (error)
		return refuse_lookup(e, family, error, errno, why);
	ai = choose(list);
	memcpy(&found, ai->ai_addr, ai->ai_addrlen);
	freeaddrinfo(list);
	if (lacks_interface(&found))
		return refuse(why, -EINVAL,
			"\"%s\" is link-local and needs an interface, as in "
			"[%s%%eth0]:%s",
			e->host, address_format_host(&found, text), e->port);
	if (port >= 0)
		address_set_port(&found, (uint16_t)port);
	*out = found;
	return 0;
}

static int resolve_any(union address *out, const char *text,
	const char *fallback, int family, bool tcp, char *why, size_t why_bytes)
{
	const struct reason reason = {why, why_bytes};
	struct endpoint e;
	int error = split(&e, text, &reason);

	e.any = fallback;
	e.tcp = tcp;
	if (!error)
		error = complete(&e, text, fallback, family, &reason);
	if (!error)
		error = look_up(out, &e, family, &reason);
	return error;
}

int resolve(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes)
{
	return resolve_any(out, text, fallback, family, false, why, why_bytes);
}

int resolve_tcp(union address *out, const char *text, const char *fallback,
	int family, char *why, size_t why_bytes)
{
	return resolve_any(out, text, fallback, family, true, why, why_bytes);
}
