/* SPDX-License-Identifier: MIT */
/* Packets made by hand, layer by layer. */
#include "load/traffic/dissect.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)  text, sizeof(text) - 1

/* 10.0.0.1:258 to 10.0.0.2:772, "abc". */
#define PORTS "\1\2\3\4"
#define UDP   PORTS "\0\13\0\0abc"
#define V4_ADDRESSES                                                           \
	"\12\0\0\1"                                                            \
	"\12\0\0\2"
#define V4_HEAD(first, total, flags, next)                                     \
	first "\0\0" total "\0\0" flags "\0\100" next "\0\0" V4_ADDRESSES
#define V4 V4_HEAD("E", "\37", "\100", "\21") UDP
#define V6_ADDRESSES                                                           \
	"\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                                   \
	"\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"
#define V6_HEAD(payload, next) "`\0\0\0\0" payload next "\100" V6_ADDRESSES
#define V6                     V6_HEAD("\13", "\21") UDP
#define MACS                   "\2\0\0\0\0\1\2\0\0\0\0\2"
#define ETHER                  MACS "\10\0"
#define SLL                    "\0\0\0\1\0\6\2\0\0\0\0\1\0\0"
#define SLL2_REST              "\0\0\0\0\0\1\0\1\0\6\2\0\0\0\0\1\0\0"

struct packet {
	enum dissect_link link;
	char data[128];
	uint32_t bytes;
};

static enum dissect_verdict take(struct dissected *d, const struct packet *p)
{
	return dissect(
		d, p->link, (const uint8_t *)p->data, p->bytes, p->bytes);
}

static void check_datagrams(const struct packet *p, size_t count)
{
	for (; count > 0; count--, p++) {
		struct dissected d;

		cr_assert(take(&d, p) == DISSECT_DATAGRAM, "%zu", count);
		cr_assert(d.bytes == 3, "%zu", count);
		cr_assert(memcmp(p->data + d.at, "abc", 3) == 0, "%zu", count);
	}
}

static void check_verdicts(
	const struct packet *p, size_t count, enum dissect_verdict verdict)
{
	for (; count > 0; count--, p++) {
		struct dissected d;

		cr_assert(take(&d, p) == verdict, "%zu", count);
	}
}

Test(dissect, finds_the_payload_behind_each_link_layer)
{
	static const struct packet packets[] = {
		{DISSECT_ETHERNET, BYTES(ETHER V4)},
		{DISSECT_ETHERNET, BYTES(MACS "\206\335" V6)},
		{DISSECT_IP, BYTES(V4)},
		{DISSECT_IP, BYTES(V6)},
		{DISSECT_SLL, BYTES(SLL "\10\0" V4)},
		{DISSECT_SLL, BYTES(SLL "\206\335" V6)},
		{DISSECT_SLL2, BYTES("\10\0" SLL2_REST V4)},
		{DISSECT_SLL2, BYTES("\206\335" SLL2_REST V6)},
		{DISSECT_LOOPBACK, BYTES("\2\0\0\0" V4)},
		{DISSECT_LOOPBACK, BYTES("\0\0\0\2" V4)},
		{DISSECT_LOOPBACK, BYTES("\36\0\0\0" V6)},
		{DISSECT_LOOPBACK, BYTES("\0\0\0\30" V6)},
	};

	check_datagrams(packets, COUNT(packets));
}

Test(dissect, passes_vlan_tags)
{
	static const struct packet packets[] = {
		{DISSECT_ETHERNET, BYTES(MACS "\201\0\0\5\10\0" V4)},
		{DISSECT_ETHERNET,
			BYTES(MACS "\210\250\0\5\201\0\0\6\206\335" V6)},
		{DISSECT_SLL, BYTES(SLL "\201\0\0\5\10\0" V4)},
	};

	check_datagrams(packets, COUNT(packets));
}

Test(dissect, passes_options_and_extension_headers)
{
	static const struct packet packets[] = {
		{DISSECT_IP,
			BYTES(V4_HEAD("F", "#", "\0", "\21") "\1\1\1\0" UDP)},
		/* Hop-by-hop; destination; routing of 16 bytes; all three. */
		{DISSECT_IP,
			BYTES(V6_HEAD("\23", "\0") "\21\0\1\4\0\0\0\0" UDP)},
		{DISSECT_IP,
			BYTES(V6_HEAD("\23", "<") "\21\0\1\4\0\0\0\0" UDP)},
		{DISSECT_IP, BYTES(V6_HEAD("\33", "+") "\21\1\0\0\0\0\0\0"
						       "\0\0\0\0\0\0\0\0" UDP)},
		{DISSECT_IP, BYTES(V6_HEAD("#", "\0") "+\0\1\4\0\0\0\0"
						      "<\0\0\0\0\0\0\0"
						      "\21\0\1\4\0\0\0\0" UDP)},
		/* A fragment header, of what is whole. */
		{DISSECT_IP,
			BYTES(V6_HEAD("\23", ",") "\21\0\0\0\0\0\0\7" UDP)},
	};

	check_datagrams(packets, COUNT(packets));
}

Test(dissect, takes_the_length_from_the_udp_header)
{
	/* Ethernet pads to 60 bytes. */
	static const struct packet padded = {
		DISSECT_ETHERNET, BYTES(ETHER V4 "\0\0\0\0\0\0\0\0")};

	check_datagrams(&padded, 1);
}

Test(dissect, a_datagram_may_be_empty)
{
	static const struct packet packets[] = {
		{DISSECT_IP, BYTES(V4_HEAD("E", "\34", "\0", "\21") PORTS
				     "\0\10\0\0")},
		{DISSECT_IP, BYTES(V6_HEAD("\10", "\21") PORTS "\0\10\0\0")},
	};

	for (size_t i = 0; i < COUNT(packets); i++) {
		struct dissected d;

		cr_assert(take(&d, &packets[i]) == DISSECT_DATAGRAM);
		cr_assert(d.bytes == 0);
	}
}

Test(dissect, skips_fragments)
{
	static const struct packet packets[] = {
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\40", "\21") UDP)},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\37", "\21") UDP)},
		{DISSECT_IP,
			BYTES(V6_HEAD("\23", ",") "\21\0\0\1\0\0\0\7" UDP)},
		{DISSECT_IP,
			BYTES(V6_HEAD("\23", ",") "\21\0\1\0\0\0\0\7" UDP)},
	};

	check_verdicts(packets, COUNT(packets), DISSECT_FRAGMENT);
}

Test(dissect, skips_everything_but_udp_over_ip)
{
	static const struct packet packets[] = {
		{DISSECT_ETHERNET, BYTES(MACS "\10\6\0\1\10\0\6\4\0\1")},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\0", "\6") UDP)},
		/* A fragment, of TCP. */
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\40", "\6") UDP)},
		{DISSECT_IP, BYTES(V6_HEAD("\13", ":") UDP)},
		{DISSECT_IP, BYTES("\120\0\0\0")},
		{DISSECT_LOOPBACK, BYTES("\7\0\0\0" V4)},
		{DISSECT_LOOPBACK, BYTES("\2\0\0\2" V4)},
		{DISSECT_LOOPBACK, BYTES("\2\1\0\0" V4)},
	};

	check_verdicts(packets, COUNT(packets), DISSECT_NOT_UDP);
}

Test(dissect, lengths_that_contradict_are_damage)
{
	static const struct packet packets[] = {
		{DISSECT_ETHERNET, BYTES("")},
		{DISSECT_ETHERNET, BYTES(MACS "\10")},
		{DISSECT_ETHERNET, BYTES(MACS "\201\0\0")},
		{DISSECT_ETHERNET, BYTES(ETHER V6)},
		{DISSECT_SLL, BYTES(SLL)},
		{DISSECT_LOOPBACK, BYTES("\2\0\0")},
		{DISSECT_IP, BYTES("")},
		/* A header of 16 bytes; of more than all; all of less. */
		{DISSECT_IP, BYTES(V4_HEAD("D", "\37", "\0", "\21") UDP)},
		{DISSECT_IP, BYTES(V4_HEAD("O", "\37", "\0", "\21") UDP)},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\23", "\0", "\21") UDP)},
		/* The same, with what would be UDP behind those 16. */
		{DISSECT_IP, BYTES(V4_HEAD("D", "\37", "\0",
				     "\21") "\0\17\0\0abcdefg")},
		/* More than there is; UDP does not fit into it. */
		{DISSECT_IP, BYTES(V4_HEAD("E", "\40", "\0", "\21") UDP)},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\36", "\0", "\21") UDP)},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\33", "\0", "\21") UDP)},
		/* Shorter than its own header. */
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\0", "\21") PORTS
				     "\0\7\0\0abc")},
		{DISSECT_IP, BYTES(V6_HEAD("\14", "\21") UDP)},
		{DISSECT_IP, BYTES(V6_HEAD("\12", "\21") UDP)},
		/* An extension header of 16 bytes, in 11. */
		{DISSECT_IP,
			BYTES(V6_HEAD("\13", "\0") "\21\1\1\4\0\0\0\0abc")},
	};

	check_verdicts(packets, COUNT(packets), DISSECT_DAMAGED);
}

Test(dissect, what_was_not_captured_whole_is_snapped_wherever_it_ends)
{
	static const struct packet packets[] = {
		{DISSECT_ETHERNET, BYTES(MACS "\201\0\0\5\10\0" V4)},
		{DISSECT_SLL, BYTES(SLL "\10\0" V4)},
		{DISSECT_SLL2, BYTES("\10\0" SLL2_REST V4)},
		{DISSECT_LOOPBACK, BYTES("\2\0\0\0" V4)},
		{DISSECT_IP, BYTES(V6_HEAD("#", "\0") "+\0\1\4\0\0\0\0"
						      "<\0\0\0\0\0\0\0"
						      "\21\0\1\4\0\0\0\0" UDP)},
	};

	for (size_t i = 0; i < COUNT(packets); i++) {
		const struct packet *p = &packets[i];

		for (uint32_t n = 0; n < p->bytes; n++) {
			struct dissected d;

			cr_assert(dissect(&d, p->link, (const uint8_t *)p->data,
					  n, p->bytes) == DISSECT_SNAPPED,
				"%zu: %u", i, n);
		}
	}
}

Test(dissect, padding_alone_may_be_snapped)
{
	static const char data[] = ETHER V4;
	struct dissected d;

	cr_assert(dissect(&d, DISSECT_ETHERNET, (const uint8_t *)data,
			  sizeof(data) - 1, 60) == DISSECT_DATAGRAM);
}

Test(dissect, a_tuple_is_addresses_and_ports)
{
	static const struct packet same[] = {
		{DISSECT_IP, BYTES(V4)}, {DISSECT_ETHERNET, BYTES(ETHER V4)}};
	static const struct packet others[] = {
		{DISSECT_IP, BYTES(V6)},
		{DISSECT_IP, BYTES(V4_HEAD("E", "\37", "\0",
				     "\21") "\1\2\3\5\0\13\0\0abc")},
		{DISSECT_IP, BYTES("E\0\0\37\0\0\0\0\100\21\0\0\12\0\0\1"
				   "\12\0\0\3" UDP)},
		{DISSECT_IP, BYTES("E\0\0\37\0\0\0\0\100\21\0\0\12\0\0\3"
				   "\12\0\0\2" UDP)},
	};
	struct dissected a, b;

	cr_assert(take(&a, &same[0]) == DISSECT_DATAGRAM);
	cr_assert(take(&b, &same[1]) == DISSECT_DATAGRAM);
	cr_assert(memcmp(a.tuple, b.tuple, sizeof(a.tuple)) == 0);
	for (size_t i = 0; i < COUNT(others); i++) {
		cr_assert(take(&b, &others[i]) == DISSECT_DATAGRAM);
		cr_assert(memcmp(a.tuple, b.tuple, sizeof(a.tuple)) != 0);
	}
}
