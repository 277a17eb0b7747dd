/* SPDX-License-Identifier: MIT */
#include "cli/args/option.h"

#include "cli/args/usage.h"
#include "cli/print/text.h"
#include "core/spin.h"
#include "core/units.h"
#include "net/interface.h"
#include "net/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MAX (1u << 30)
#define YEAR_NS    (366 * 86400 * SECOND_NS)

unsigned option_word(
	const char *option, const char *text, const char *const words[])
{
	unsigned n = 0;

	for (; words[n]; n++)
		if (strcmp(text, words[n]) == 0)
			return n;
	if (n == 2)
		usage_error(option, "\"%s\" is neither %s nor %s", text,
			words[0], words[1]);
	usage_error(option, "there is no \"%s\"; choose %s", text,
		text_list(words, " or "));
}

bool option_switch(const char *option, const char *text)
{
	static const char *const words[] = {"on", "off", NULL};

	return option_word(option, text, words) == 0;
}

void option_xdp_mode(
	const char *option, const char *text, bool *native, bool *generic)
{
	*native = strcmp(text, "native") == 0;
	*generic = strcmp(text, "generic") == 0;
	if (!*native && !*generic)
		usage_error(option,
			"\"%s\" is not a mode; choose native or generic", text);
}

uint64_t option_count(
	const char *option, const char *text, uint64_t lowest, uint64_t highest)
{
	uint64_t v;

	if (units_parse_count(&v, text, lowest, highest))
		usage_error(option, "\"%s\" is not a number from %llu to %llu",
			text, (unsigned long long)lowest,
			(unsigned long long)highest);
	return v;
}

uint64_t option_buffer(const char *option, const char *text)
{
	uint64_t v;

	if (units_parse_size(&v, text) || v == 0 || v > BUFFER_MAX)
		usage_error(option,
			"\"%s\" is not a size up to 1Gi; try 256k or 4Mi",
			text);
	return v;
}

double option_share(const char *option, const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end != text && strcmp(end, "%") == 0)
		v /= 100;
	else if (end == text || *end)
		v = -1;
	if (!(v >= 0 && v < 1))
		usage_error(option,
			"\"%s\" is not a share below 100%%; try 0.1%% or 0.001",
			text);
	return v;
}

uint64_t option_time_within(const char *option, const char *text,
	uint64_t least_ns, uint64_t most_ns, const char *right)
{
	uint64_t v;

	if (units_parse_time(&v, text) || v < least_ns || v > most_ns)
		usage_error(
			option, "\"%s\" is not a time from %s", text, right);
	return v;
}

uint64_t option_time(const char *option, const char *text, bool zero)
{
	return option_time_within(option, text, !zero, YEAR_NS,
		zero ? "0 to 8784h; try 10s, 500ms or 2m"
		     : "1ns to 8784h; try 10s, 500ms or 2m");
}

uint32_t option_busy_poll(const char *option, const char *text)
{
	uint64_t ns = option_time_within(
		option, text, 1000, SECOND_NS, "1us to 1s; try 50us");

	return (uint32_t)(ns / 1000);
}

uint64_t option_spin(const char *option, const char *text)
{
	const char *right = "1us to 1s; try 50us";
	char *end;
	uint64_t us = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end)
		return option_time_within(option, text, 1000, SECOND_NS, right);
	if (us < 1 || us > SECOND_NS / 1000)
		usage_error(
			option, "\"%s\" is not a time from %s", text, right);
	return us * 1000;
}

void option_not_spin(uint64_t spin_ns, const char *text)
{
	uint64_t v;

	/* A number alone may be a port. */
	if (spin_ns == SPIN_ALWAYS && units_parse_time(&v, text) == 0 &&
		strspn(text, "0123456789") < strlen(text))
		usage_error(
			"spin", "write --spin=%s, with an equals sign", text);
}

void option_family(int *family, int wanted)
{
	if (*family != AF_UNSPEC && *family != wanted)
		usage_error(NULL, "-4 and -6 exclude each other; to allow IPv4 "
				  "and IPv6, give neither");
	*family = wanted;
}

void option_peer(union address *out, const char *text, int family)
{
	char why[256];

	if (resolve(out, text, NULL, family, why, sizeof(why)))
		usage_error(NULL, "%s", why);
	if (address_is_any(out) || address_port(out) == 0)
		usage_error(NULL,
			"\"%s\" is not an address to send to; try "
			"127.0.0.1:1060",
			text);
	if (interface_broadcasts(out))
		usage_error(NULL,
			"\"%s\" is a broadcast address; give the address of "
			"one host",
			text);
	if (address_is_group(out))
		usage_error(NULL,
			"\"%s\" is the address of a multicast group; give the "
			"address of one host",
			text);
}

void option_bind(
	union address *out, const char *text, const union address *peer)
{
	const char *bracket = strchr(text, ']');
	const char *colon = strchr(text, ':');
	bool port = strchr(bracket ? bracket : text, ':');
	char whole[ADDRESS_TEXT + 256], why[256];

	/* Nobody can tell whether the last part is a port. */
	if (!bracket && colon && strchr(colon + 1, ':'))
		usage_error("bind",
			"\"%s\" has more than one colon; write [%s], or "
			"[ADDRESS]:PORT",
			text, text);
	snprintf(whole, sizeof(whole), "%s%s", text, port ? "" : ":0");
	if (resolve(out, whole, NULL, AF_UNSPEC, why, sizeof(why)))
		usage_error("bind", "%s", why);
	if (peer->sa.sa_family == AF_INET)
		address_unmap(out);
	if (out->sa.sa_family != peer->sa.sa_family)
		usage_error("bind",
			"\"%s\" is not of the peer's family; give an %s "
			"address",
			text, peer->sa.sa_family == AF_INET6 ? "IPv6" : "IPv4");
}
