/* SPDX-License-Identifier: MIT */
#include "load/stress/forge.h"
#include "load/stress/stresses.h"

#define BYTES 512 /* of payload, in fact */

/* Sends a UDP header that claims length bytes, itself included. */
static void says(struct forge *f, uint32_t length, uint32_t right)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP};
	uint32_t n;

	forge_payload(f, BYTES, right);
	n = packet_udp(f->datagram, &f->path, f->payload, BYTES,
		(uint16_t)length, SUM_RIGHT);
	forge_packet(f, &ip, f->datagram, n);
}

static void exactly(struct forge *f)
{
	says(f, PACKET_UDP + BYTES, BYTES);
}

static void by_number(struct forge *f)
{
	says(f, f->now->number, BYTES);
}

static void less(struct forge *f)
{
	says(f, PACKET_UDP + f->now->number, f->now->number);
}

/* A packet that ends within the UDP header. */
static void cut_header(struct forge *f)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP};

	(void)forge_udp(f, BYTES);
	forge_packet(f, &ip, f->datagram, f->now->number);
}

/* IP claims more than there is, or less than UDP claims. */
static void ip_lies(struct forge *f)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP,
		.lie = (int32_t)f->now->number - BYTES};
	uint32_t n = forge_udp(f, BYTES);

	forge_packet(f, &ip, f->datagram, n);
}

/* A datagram that claims more than was sent must not be delivered. */
static const struct forge_case cases[] = {
	{"correct", "RFC 768: delivered", FORGE_DELIVERED, true, FORGE_BOTH,
		exactly},
	{"more than there is", "no such bytes: dropped", FORGE_DROPPED, true,
		FORGE_BOTH, by_number, PACKET_UDP + BYTES + 1},
	{"65535", "no such bytes: dropped", FORGE_DROPPED, true, FORGE_BOTH,
		by_number, 65535},
	{"less than there is", "Linux: the rest is cut off", FORGE_DELIVERED,
		false, FORGE_BOTH, less, 200},
	{"7, less than a header", "RFC 768, 8 at least: dropped", FORGE_DROPPED,
		true, FORGE_BOTH, by_number, 7},
	{"0", "RFC 768, 8 at least: dropped", FORGE_DROPPED, true, FORGE_V4,
		by_number, 0},
	{"0", "RFC 2675, as IP says: delivered", FORGE_DELIVERED, false,
		FORGE_V6, by_number, 0},
	{"a packet of 7 bytes", "no whole header: dropped", FORGE_DROPPED, true,
		FORGE_BOTH, cut_header, 7},
	{"a packet of 0 bytes", "no header: dropped", FORGE_DROPPED, true,
		FORGE_BOTH, cut_header, 0},
	{"IP says more", "no such bytes: dropped", FORGE_DROPPED, true,
		FORGE_V6, ip_lies, BYTES + 8},
	{"IP says less", "shorter than UDP says: dropped", FORGE_DROPPED, true,
		FORGE_V6, ip_lies, BYTES - 8},
};

static void run(struct stress_lab *lab)
{
	forge_run(lab, cases, sizeof(cases) / sizeof(cases[0]));
}

const struct stress stress_length = {
	.name = "length",
	.brief = "false lengths in UDP and IPv6 headers",
	.needs = STRESS_OWN | STRESS_RAW | STRESS_WITNESS,
	.weight = 1,
	.run = run,
};
