/* SPDX-License-Identifier: MIT */
#include "server/guard.h"

#include "core/reply_ttl.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * UDP services that answer strangers, above port 1023, which is refused as a
 * whole. From US-CERT TA14-017A and Rossow, "Amplification Hell", NDSS 2014
 * (SSDP, mDNS, BitTorrent, memcached, Quake, Steam); the FBI's notification of
 * July 2020 (Apple Remote Desktop, WS-Discovery, CoAP); and for the others the
 * collection github.com/Phenomite/AMP-Research, which shows request and answer
 * of each. Ports in the ephemeral range are left out, since a rule that refuses
 * one client in ten thousand would puzzle its user.
 */
static const uint16_t reflector_ports[] = {
	1060,  /* udpmill itself */
	1434,  /* Microsoft SQL Server's browser */
	1604,  /* Citrix ICA browser */
	1900,  /* SSDP */
	2362,  /* Digiman */
	3283,  /* Apple Remote Desktop */
	3389,  /* Microsoft RDP over UDP */
	3478,  /* STUN, TURN */
	3702,  /* WS-Discovery */
	5060,  /* SIP */
	5093,  /* Sentinel RMS licence manager */
	5351,  /* NAT-PMP */
	5353,  /* mDNS */
	5683,  /* CoAP */
	6881,  /* BitTorrent DHT */
	7001,  /* AFS */
	10001, /* Ubiquiti discovery */
	11211, /* memcached */
	17185, /* VxWorks debugger */
	20811, /* Powerhouse VPN management */
	27015, /* Source engine, Steam */
	27036, /* Steam Remote Play */
	27960, /* Quake 3 */
	30120, /* FiveM */
	30718, /* Lantronix */
	32414, /* Plex */
};

/* The ephemeral range: from the lowest to the highest of IANA's 49152 to 65535
 * (RFC 6335), Linux's default and this host's setting. */
static void read_ephemeral(struct guard *g)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned first, last;

	g->ephemeral_first = 32768;
	g->ephemeral_last = 65535;
	if (!f)
		return;
	if (fscanf(f, "%u %u", &first, &last) == 2 && first >= 1024 &&
		first < g->ephemeral_first)
		g->ephemeral_first = (uint16_t)first;
	fclose(f);
}

void guard_init(struct guard *g, const struct cidr *allow, size_t allow_count)
{
	*g = (struct guard){.allow = allow, .allow_count = allow_count};
	for (size_t i = 0; i < COUNT(reflector_ports); i++)
		g->reflectors[reflector_ports[i] / 64] |=
			1ull << reflector_ports[i] % 64;
	read_ephemeral(g);
}

static bool allowed(const struct guard *g, const union address *source)
{
	for (size_t i = 0; i < g->allow_count; i++)
		if (cidr_match(&g->allow[i], source))
			return true;
	return false;
}

/* Bytes of the answered requests, at most: a refused one may have been the
 * shorter last one. */
static uint32_t request_bytes(const struct train *t)
{
	return t->bytes - t->refused * t->segment_bytes;
}

static bool may_loop(const struct guard *g, const union address *source)
{
	uint16_t port = address_port(source);

	if (port >= g->ephemeral_first && port <= g->ephemeral_last)
		return false;
	return !address_is_loopback(source) && !allowed(g, source);
}

/*
 * All rules about IPv4 addresses also hold for v4-mapped ones, by
 * core/address.h. The first rules end a loop whatever the addresses are: an
 * unknown TTL may be a reply's.
 */
enum counter_id guard_judge(
	const struct guard *g, const struct train *t, bool loops)
{
	const union address *source = t->peer;
	uint16_t port = address_port(source);

	if (reply_ttl_is(t->ttl))
		return COUNTER_REFUSED_UDPMILL_REPLY;
	if (t->ttl == 0)
		return COUNTER_REFUSED_NO_TTL;
	if (port == 0 || !address_is_host(source))
		return COUNTER_REFUSED_SOURCE;
	if (port < 1024)
		return COUNTER_REFUSED_LOW_PORT;
	if (g->reflectors[port / 64] >> port % 64 & 1)
		return COUNTER_REFUSED_REFLECTOR_PORT;
	if (t->local.group)
		return COUNTER_REFUSED_GROUP;
	if (loops && may_loop(g, source))
		return COUNTER_REFUSED_NOT_EPHEMERAL;
	if (t->reply_bytes > request_bytes(t) && !allowed(g, source))
		return COUNTER_REFUSED_AMPLIFICATION;
	return 0;
}

/* Would guard_judge() find the same about t's source as about that of the train
 * before it? A batch mostly has runs of trains from one peer. */
static bool is_alike(const struct train *before, const struct train *t)
{
	return before->ttl == t->ttl && before->local.group == t->local.group &&
	       address_equal(before->peer, t->peer);
}

void guard_check(const struct guard *g, const struct service_ops *service,
	struct batch *b, struct counters *counters)
{
	const struct train *good = NULL; /* the last that was found so */

	for (uint32_t i = 0; i < b->count; i++) {
		struct train *t = &b->trains[i];
		enum counter_id why;

		if (t->verdict != VERDICT_ANSWER)
			continue;
		if (good && is_alike(good, t) &&
			t->reply_bytes <= request_bytes(t))
			continue;
		why = guard_judge(g, t, service->loops);
		if (!why) {
			good = t;
			continue;
		}
		t->verdict = VERDICT_REFUSE;
		counter_add(counters, why, t->segments - t->refused);
	}
}
