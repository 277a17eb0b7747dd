/* SPDX-License-Identifier: MIT */
#include "load/stress/forge.h"
#include "load/stress/stresses.h"

static void send_with(struct forge *f, uint32_t bytes, enum packet_sum sum)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP};
	uint32_t n;

	forge_payload(f, bytes, bytes);
	n = packet_udp(f->datagram, &f->path, f->payload, bytes,
		(uint16_t)(PACKET_UDP + bytes), sum);
	forge_packet(f, &ip, f->datagram, n);
}

static void right(struct forge *f)
{
	send_with(f, f->now->number, SUM_RIGHT);
}

static void wrong(struct forge *f)
{
	send_with(f, f->now->number, SUM_WRONG);
}

static void zero(struct forge *f)
{
	send_with(f, f->now->number, SUM_ZERO);
}

/* The kernel checks a short one when it arrives, a long one when it is read. */
static const struct forge_case cases[] = {
	{"right", "RFC 768: delivered", FORGE_DELIVERED, true, FORGE_BOTH,
		right, 512},
	{"right, odd length", "RFC 768: delivered", FORGE_DELIVERED, true,
		FORGE_BOTH, right, 513},
	{"wrong, short", "RFC 1122 4.1.3.4: dropped", FORGE_DROPPED, true,
		FORGE_V4, wrong, 57},
	{"wrong, long", "RFC 1122 4.1.3.4: dropped", FORGE_DROPPED, true,
		FORGE_V4, wrong, 1400},
	{"wrong, short", "RFC 8200 8.1: dropped", FORGE_DROPPED, true, FORGE_V6,
		wrong, 57},
	{"wrong, long", "RFC 8200 8.1: dropped", FORGE_DROPPED, true, FORGE_V6,
		wrong, 1400},
	{"zero", "RFC 768, no checksum: delivered", FORGE_DELIVERED, false,
		FORGE_V4, zero, 512},
	{"zero", "RFC 8200 8.1, RFC 6935: dropped", FORGE_DROPPED, true,
		FORGE_V6, zero, 512},
};

static void run(struct stress_lab *lab)
{
	forge_run(lab, cases, sizeof(cases) / sizeof(cases[0]));
}

const struct stress stress_checksum = {
	.name = "checksum",
	.brief = "UDP checksums that are right, wrong or zero",
	.needs = STRESS_OWN | STRESS_RAW | STRESS_WITNESS,
	.weight = 1,
	.run = run,
};
