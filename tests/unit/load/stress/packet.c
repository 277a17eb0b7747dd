/* SPDX-License-Identifier: MIT */
/* Checksums are compared with RFC 1071's example and with another program's;
 * packets are taken apart by dissect.c, which shares no code with what makes
 * them. */
#include "load/stress/packet.h"

#include "load/traffic/dissect.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

static struct packet_path path_v4(void)
{
	struct packet_path p;

	cr_assert(address_parse(&p.from, "192.0.2.1:1024") == 0);
	cr_assert(address_parse(&p.to, "192.0.2.2:53") == 0);
	return p;
}

static struct packet_path path_v6(void)
{
	struct packet_path p;

	cr_assert(address_parse(&p.from, "[2001:db8::1]:1024") == 0);
	cr_assert(address_parse(&p.to, "[2001:db8::2]:53") == 0);
	return p;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)(at[0] << 8 | at[1]);
}

/* The checksum of a datagram with that payload. */
static unsigned sum_of(const struct packet_path *p, const char *text,
	uint32_t bytes, enum packet_sum sum)
{
	uint8_t out[64];

	cr_assert(packet_udp(out, p, text, bytes, (uint16_t)(8 + bytes), sum) ==
		  8 + bytes);
	return get16(out + 6);
}

Test(packet, sum_is_that_of_rfc_1071)
{
	const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	cr_assert(packet_fold(packet_add(0, data, 8)) == 0x220d);
}

Test(packet, sum_can_be_continued)
{
	const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	uint32_t half = packet_add(0, data, 4);

	cr_assert(packet_fold(packet_add(half, data + 4, 4)) == 0x220d);
}

Test(packet, sum_of_many_bytes_does_not_overflow)
{
	static uint8_t data[PACKET_ROOM];

	memset(data, 0xff, sizeof(data));
	cr_assert(packet_fold(packet_add(0xffffffff, data, sizeof(data) - 1)) ==
		  packet_fold(packet_add(0, data, sizeof(data) - 1)));
}

Test(packet, udp_sum_is_right)
{
	struct packet_path v4 = path_v4(), v6 = path_v6();

	cr_assert(sum_of(&v4, "Hi there", 8, SUM_RIGHT) == 0x33ed);
	cr_assert(sum_of(&v6, "Hi there", 8, SUM_RIGHT) == 0x5c7c);
}

Test(packet, udp_sum_of_odd_bytes_is_right)
{
	struct packet_path v4 = path_v4(), v6 = path_v6();

	cr_assert(sum_of(&v4, "Hi there!", 9, SUM_RIGHT) == 0x12eb);
	cr_assert(sum_of(&v6, "Hi there!", 9, SUM_RIGHT) == 0x3b7a);
}

Test(packet, udp_sum_that_is_zero_is_sent_as_the_other_zero)
{
	struct packet_path v4 = path_v4();

	cr_assert(sum_of(&v4, "\x77\xa1", 2, SUM_RIGHT) == 0xffff);
}

Test(packet, udp_sum_is_wrong_if_requested)
{
	struct packet_path v4 = path_v4();

	for (unsigned i = 0; i < 0x10000; i++) {
		const char data[] = {(char)(i >> 8), (char)i};
		unsigned right = sum_of(&v4, data, 2, SUM_RIGHT);
		unsigned wrong = sum_of(&v4, data, 2, SUM_WRONG);

		cr_assert(wrong != right && wrong && wrong != 0xffff,
			"%x and %x", right, wrong);
	}
}

Test(packet, udp_sum_is_zero_if_requested)
{
	struct packet_path v6 = path_v6();

	cr_assert(sum_of(&v6, "Hi there", 8, SUM_ZERO) == 0);
}

Test(packet, udp_length_is_as_requested)
{
	struct packet_path v4 = path_v4();
	uint8_t out[64];

	for (uint32_t length = 0; length < 0x10000; length += 257) {
		cr_assert(packet_udp(out, &v4, "Hi there", 8, (uint16_t)length,
				  SUM_RIGHT) == 16);
		cr_assert(get16(out + 4) == length);
		cr_assert(memcmp(out + 8, "Hi there", 8) == 0);
	}
}

Test(packet, udp_sum_covers_no_more_than_the_length_says)
{
	struct packet_path v4 = path_v4();
	uint8_t out[64];

	packet_udp(out, &v4, "Hi there!?", 10, 16, SUM_RIGHT);
	cr_assert(get16(out + 6) == 0x33ed);
}

static void check_dissected(const struct packet_path *p)
{
	struct packet_ip ip = {.protocol = IPPROTO_UDP, .ttl = 64, .id = 1};
	uint8_t packet[128];
	struct dissected d;
	uint32_t n = packet_ip(packet, p, &ip, 16);

	n += packet_udp(packet + n, p, "Hi there", 8, 16, SUM_RIGHT);
	cr_assert(dissect(&d, DISSECT_IP, packet, n, n) == DISSECT_DATAGRAM);
	cr_assert(d.bytes == 8);
	cr_assert(memcmp(packet + d.at, "Hi there", 8) == 0);
}

Test(packet, is_parsed_as_it_was_written)
{
	struct packet_path v4 = path_v4(), v6 = path_v6();

	check_dissected(&v4);
	check_dissected(&v6);
}

Test(packet, ipv4_fragment_has_its_place_and_a_right_sum)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP,
		.ttl = 64,
		.id = 7,
		.offset = 1480,
		.more = true};
	struct packet_path v4 = path_v4();
	uint8_t out[20];

	cr_assert(packet_ip(out, &v4, &ip, 8) == PACKET_IPV4);
	cr_assert(get16(out + 2) == 28);
	cr_assert(get16(out + 4) == 7);
	cr_assert(get16(out + 6) == (0x2000 | 185));
	cr_assert(get16(out + 10) == 0xd60d);
	cr_assert(packet_fold(packet_add(0, out, 20)) == 0);
}

Test(packet, last_ipv4_fragment_has_none_behind_it)
{
	const struct packet_ip ip = {.protocol = IPPROTO_UDP, .offset = 65528};
	struct packet_path v4 = path_v4();
	uint8_t out[20];

	packet_ip(out, &v4, &ip, 8);
	cr_assert(get16(out + 6) == 0x1fff);
}

Test(packet, ipv6_fragment_header_has_its_place)
{
	const uint8_t first[] = {17, 0, 0x05, 0xc9, 0, 0, 0x12, 0x34};
	const uint8_t last[] = {60, 0, 0xff, 0xf8, 0xff, 0, 0, 1};
	uint8_t out[8];

	cr_assert(packet_fragment(out, 17, 0x1234, 1480, true) == 8);
	cr_assert(memcmp(out, first, 8) == 0);
	packet_fragment(out, 60, 0xff000001, 65528, false);
	cr_assert(memcmp(out, last, 8) == 0);
}

Test(packet, ipv6_length_may_be_false)
{
	struct packet_ip ip = {.protocol = IPPROTO_UDP, .ttl = 1};
	struct packet_path v6 = path_v6();
	uint8_t out[40];

	cr_assert(packet_ip(out, &v6, &ip, 100) == PACKET_IPV6);
	cr_assert(out[0] == 0x60 && out[6] == IPPROTO_UDP && out[7] == 1);
	cr_assert(get16(out + 4) == 100);
	ip.lie = -8;
	packet_ip(out, &v6, &ip, 100);
	cr_assert(get16(out + 4) == 92);
}

Test(packet, extension_header_says_what_follows_and_how_long_it_is)
{
	const uint8_t body[14] = {1, 12};
	uint8_t out[16];

	cr_assert(packet_extension(out, 60, body, 6) == 8);
	cr_assert(out[0] == 60 && out[1] == 0);
	cr_assert(packet_extension(out, 17, body, 14) == 16);
	cr_assert(out[0] == 17 && out[1] == 1);
	cr_assert(memcmp(out + 2, body, 14) == 0);
}

Test(packet, extension_headers_before_udp_are_passed_over_by_a_dissector)
{
	const uint8_t padding[6] = {1, 4};
	const struct packet_ip ip = {.protocol = IPPROTO_HOPOPTS, .ttl = 64};
	struct packet_path v6 = path_v6();
	uint8_t packet[128];
	struct dissected d;
	uint32_t n = packet_ip(packet, &v6, &ip, 32);

	n += packet_extension(packet + n, IPPROTO_DSTOPTS, padding, 6);
	n += packet_extension(packet + n, IPPROTO_UDP, padding, 6);
	n += packet_udp(packet + n, &v6, "Hi there", 8, 16, SUM_RIGHT);
	cr_assert(dissect(&d, DISSECT_IP, packet, n, n) == DISSECT_DATAGRAM);
	cr_assert(memcmp(packet + d.at, "Hi there", 8) == 0);
}

Test(packet, icmp_sum_has_a_pseudo_header_on_ipv6_only)
{
	const uint8_t quoted[] = "quoted!!";
	struct packet_path v4 = path_v4(), v6 = path_v6();
	uint8_t out[16];

	cr_assert(packet_icmp(out, &v4, 3, 3, quoted, 8) == 16);
	cr_assert(out[0] == 3 && out[1] == 3 && get16(out + 2) == 0x958d);
	cr_assert(packet_icmp(out, &v6, 1, 4, quoted, 8) == 16);
	cr_assert(out[0] == 1 && out[1] == 4 && get16(out + 2) == 0x3bcd);
	cr_assert(memcmp(out + 8, quoted, 8) == 0);
}
