/* SPDX-License-Identifier: MIT */
/* Extension headers of IPv6 (RFC 8200, 4) before an ordinary datagram. */
#include "load/stress/forge.h"
#include "load/stress/stresses.h"

#include <string.h>

#define BYTES 512

/* Unknown options: their two highest bits say what a receiver must do. */
#define OPTION_SKIP   0x1e
#define OPTION_DROP   0x5e
#define OPTION_REPORT 0x9e
#define OPTION_PADN   1

/* Headers at f->datagram, in front of UDP. */
struct chain {
	uint8_t data[512];
	uint32_t bytes;
	uint8_t first; /* the next header in the IP header */
	uint8_t *next; /* the next header field of the last header */
};

static void add(struct chain *c, uint8_t type, const void *body, uint32_t bytes)
{
	if (c->next)
		*c->next = type;
	else
		c->first = type;
	c->next = c->data + c->bytes;
	c->bytes += packet_extension(c->next, IPPROTO_UDP, body, bytes);
}

static void send_chain(struct forge *f, struct chain *c, uint8_t last)
{
	struct packet_ip ip = {.protocol = last};
	uint32_t n = forge_udp(f, BYTES);

	if (c->next) {
		*c->next = last;
		ip.protocol = c->first;
	}
	memmove(f->datagram + c->bytes, f->datagram, n);
	memcpy(f->datagram, c->data, c->bytes);
	forge_packet(f, &ip, f->datagram, c->bytes + n);
}

static const uint8_t padding[6] = {OPTION_PADN, 4};

static void padded(struct forge *f)
{
	struct chain c = {0};

	add(&c, (uint8_t)f->now->number, padding, sizeof(padding));
	send_chain(f, &c, IPPROTO_UDP);
}

static void option_in(struct forge *f, uint8_t type)
{
	const uint8_t body[6] = {(uint8_t)f->now->number, 4};
	struct chain c = {0};

	add(&c, type, body, sizeof(body));
	send_chain(f, &c, IPPROTO_UDP);
}

static void hop_option(struct forge *f)
{
	option_in(f, IPPROTO_HOPOPTS);
}

static void destination_option(struct forge *f)
{
	option_in(f, IPPROTO_DSTOPTS);
}

static void hop_option_not_first(struct forge *f)
{
	struct chain c = {0};

	add(&c, IPPROTO_DSTOPTS, padding, sizeof(padding));
	add(&c, IPPROTO_HOPOPTS, padding, sizeof(padding));
	send_chain(f, &c, IPPROTO_UDP);
}

static void many_headers(struct forge *f)
{
	struct chain c = {0};

	for (uint32_t i = 0; i < f->now->number; i++)
		add(&c, IPPROTO_DSTOPTS, padding, sizeof(padding));
	send_chain(f, &c, IPPROTO_UDP);
}

/* number options of two bytes each, to be skipped. */
static void many_options(struct forge *f)
{
	uint8_t body[254] = {0};
	uint32_t n = f->now->number;
	struct chain c = {0};

	for (uint32_t i = 0; i < n; i++)
		body[2 * i] = OPTION_SKIP;
	n = (2 * n + 2 + 7) / 8 * 8 - 2;
	add(&c, IPPROTO_DSTOPTS, body, n);
	send_chain(f, &c, IPPROTO_UDP);
}

/* number: routing type and segments left, a byte each; one address. */
static void routing(struct forge *f)
{
	uint8_t body[22] = {
		(uint8_t)(f->now->number >> 8), (uint8_t)f->now->number};
	struct chain c = {0};

	memcpy(body + 6, &f->path.to.in6.sin6_addr, 16);
	add(&c, IPPROTO_ROUTING, body, sizeof(body));
	send_chain(f, &c, IPPROTO_UDP);
}

/* A header that ends beyond the packet. */
static void beyond_the_end(struct forge *f)
{
	struct packet_ip ip = {.protocol = IPPROTO_DSTOPTS};
	uint8_t header[8] = {IPPROTO_UDP, 100, OPTION_PADN, 4};

	forge_payload(f, BYTES, BYTES);
	forge_packet(f, &ip, header, sizeof(header));
}

static void nothing_follows(struct forge *f)
{
	struct chain c = {0};

	send_chain(f, &c, IPPROTO_NONE);
}

static void unknown_header(struct forge *f)
{
	struct chain c = {0};

	send_chain(f, &c, 253); /* for experiments: RFC 3692 */
}

/* number headers of 8 bytes: the first fragment has 16 of them; the rest, and
 * the UDP header, come in the second (RFC 7112). */
static void split_chain(struct forge *f)
{
	struct chain c = {0};
	uint32_t whole;

	for (uint32_t i = 0; i < f->now->number; i++)
		add(&c, IPPROTO_DSTOPTS, padding, sizeof(padding));
	whole = forge_udp(f, BYTES);
	memmove(f->datagram + c.bytes, f->datagram, whole);
	memcpy(f->datagram, c.data, c.bytes);
	forge_piece_of(f, IPPROTO_DSTOPTS, 0, 128, true);
	forge_piece_of(f, IPPROTO_DSTOPTS, 128, c.bytes + whole - 128, false);
}

static void last_hop(struct forge *f)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP, .ttl = 1};
	uint32_t n = forge_udp(f, BYTES);

	forge_packet(f, &ip, f->datagram, n);
}

static const struct forge_case cases[] = {
	{"hop-by-hop, padding", "RFC 8200 4.3: delivered", FORGE_DELIVERED,
		true, FORGE_V6, padded, IPPROTO_HOPOPTS},
	{"destination, padding", "RFC 8200 4.6: delivered", FORGE_DELIVERED,
		true, FORGE_V6, padded, IPPROTO_DSTOPTS},
	{"hop-by-hop, unknown, skip", "RFC 8200 4.2: delivered",
		FORGE_DELIVERED, true, FORGE_V6, hop_option, OPTION_SKIP},
	{"hop-by-hop, unknown, drop", "RFC 8200 4.2: dropped", FORGE_DROPPED,
		true, FORGE_V6, hop_option, OPTION_DROP},
	{"destination, unknown, skip", "RFC 8200 4.2: delivered",
		FORGE_DELIVERED, true, FORGE_V6, destination_option,
		OPTION_SKIP},
	{"destination, unknown, drop", "RFC 8200 4.2: dropped", FORGE_DROPPED,
		true, FORGE_V6, destination_option, OPTION_DROP},
	{"destination, unknown, tell", "RFC 8200 4.2: dropped, and reported",
		FORGE_DROPPED, true, FORGE_V6, destination_option,
		OPTION_REPORT},
	{"hop-by-hop, not first", "RFC 8200 4.3: dropped", FORGE_DROPPED, false,
		FORGE_V6, hop_option_not_first},
	{"16 destination headers", "RFC 8200 4.1: delivered", FORGE_DELIVERED,
		true, FORGE_V6, many_headers, 16},
	{"8 options", "RFC 8504 5.3: delivered", FORGE_DELIVERED, false,
		FORGE_V6, many_options, 8},
	{"100 options", "Linux, max_dst_opts_number: dropped", FORGE_DROPPED,
		false, FORGE_V6, many_options, 100},
	{"routing 0, segments left", "RFC 5095: dropped", FORGE_DROPPED, true,
		FORGE_V6, routing, 0 << 8 | 1},
	{"routing 0, none left", "RFC 8200 4.4: ignored", FORGE_DELIVERED, true,
		FORGE_V6, routing, 0 << 8 | 0},
	{"routing 253, segments left", "RFC 8200 4.4: dropped", FORGE_DROPPED,
		true, FORGE_V6, routing, 253 << 8 | 1},
	{"routing 253, none left", "RFC 8200 4.4: ignored", FORGE_DELIVERED,
		true, FORGE_V6, routing, 253 << 8 | 0},
	{"a header too long", "no such bytes: dropped", FORGE_DROPPED, true,
		FORGE_V6, beyond_the_end},
	{"no next header", "RFC 8200 4.7: ignored", FORGE_DROPPED, true,
		FORGE_V6, nothing_follows},
	{"unknown next header", "RFC 8200 4: dropped, and reported",
		FORGE_DROPPED, true, FORGE_V6, unknown_header},
	{"UDP in the second fragment", "RFC 8200 4.5: dropped, and reported",
		FORGE_DROPPED, false, FORGE_V6, split_chain, 16, 16, 120},
	{"headers in two fragments",
		"RFC 8200 4.5 would rather have it dropped; Linux delivers",
		FORGE_DELIVERED, false, FORGE_V6, split_chain, 32},
	{"hop limit 1", "RFC 8200 3: delivered", FORGE_DELIVERED, true,
		FORGE_V6, last_hop},
};

static void run(struct stress_lab *lab)
{
	forge_run(lab, cases, sizeof(cases) / sizeof(cases[0]));
}

const struct stress stress_extensions = {
	.name = "extensions",
	.brief = "extension headers of IPv6, known, unknown, misplaced",
	.needs = STRESS_OWN | STRESS_RAW | STRESS_V6 | STRESS_WITNESS,
	.weight = 1,
	.run = run,
};
