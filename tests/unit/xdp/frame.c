/* SPDX-License-Identifier: MIT */
/* Frames against frames that were made without this code. */
#include "xdp/frame.h"

#include "oracle/ethernet.h"
#include "xdp/checksum.h"

#include <criterion/criterion.h>
#include <string.h>

static uint8_t data[ETHERNET_MOST], payload[1472];
static struct ethernet_plan plan;

static void set_up(const char *from, const char *to)
{
	plan = (struct ethernet_plan){
		.mac_from = {2, 0, 0, 0, 0, 1},
		.mac_to = {2, 0, 0, 0, 0, 2},
		.tos = 0xb9,
		.ttl = 64,
		.payload = payload,
	};
	cr_assert(address_parse(&plan.from, from) == 0);
	cr_assert(address_parse(&plan.to, to) == 0);
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7 + i / 251);
}

static const char *const ends[][2] = {
	{"192.0.2.2:40001", "192.0.2.1:7"},
	{"[2001:db8::2]:40001", "[2001:db8::1]:7"},
};

/* What the datagram's answer must be: it turned round. */
static struct ethernet_plan turned(uint8_t ttl)
{
	struct ethernet_plan back = plan;

	memcpy(back.mac_from, plan.mac_to, 6);
	memcpy(back.mac_to, plan.mac_from, 6);
	back.from = plan.to;
	back.to = plan.from;
	back.tos = 0;
	back.ttl = ttl;
	return back;
}

static void parse_and_reply(size_t bytes, uint32_t length)
{
	struct ethernet_plan back = turned(191);
	union address a;
	struct frame f;
	const char *fault;

	cr_assert(frame_parse(&f, data, length) == FRAME_SOUND);
	cr_assert(f.payload_bytes == bytes && f.tos == 0xb9 && f.ttl == 64);
	cr_assert(memcmp(frame_payload(&f), payload, bytes) == 0);
	frame_source(&f, false, &a);
	cr_assert(address_equal(&a, &plan.from));
	frame_destination(&f, false, &a);
	cr_assert(address_equal(&a, &plan.to));
	fault = ethernet_fault(data, frame_reply(&f, 191), &back);
	cr_assert(!fault, "%s of a reply of %zu bytes", fault, bytes);
}

Test(frame, of_every_size_is_turned_round)
{
	for (int v6 = 0; v6 < 2; v6++) {
		set_up(ends[v6][0], ends[v6][1]);
		for (size_t n = 0; n <= 1472; n += n < 70 ? 1 : 67) {
			plan.payload_bytes = n;
			plan.padding = n % 5 * 3;
			parse_and_reply(
				n, (uint32_t)ethernet_make(data, &plan));
		}
	}
}

Test(frame, may_leave_its_checksum_to_hardware)
{
	for (int v6 = 0; v6 < 2; v6++) {
		set_up(ends[v6][0], ends[v6][1]);
		plan.payload_bytes = 101;
		plan.check = ETHERNET_PARTIAL;
		parse_and_reply(101, (uint32_t)ethernet_make(data, &plan));
	}
}

Test(frame, may_have_no_checksum_on_ipv4_alone)
{
	struct frame f;

	set_up(ends[0][0], ends[0][1]);
	plan.payload_bytes = 33;
	plan.check = ETHERNET_NONE;
	parse_and_reply(33, (uint32_t)ethernet_make(data, &plan));
	set_up(ends[1][0], ends[1][1]);
	plan.payload_bytes = 33;
	plan.check = ETHERNET_NONE;
	cr_assert(frame_parse(&f, data, (uint32_t)ethernet_make(data, &plan)) ==
		  FRAME_CHECKSUM);
}

Test(frame, that_is_damaged_is_seen_to_be)
{
	struct frame f;

	for (int v6 = 0; v6 < 2; v6++) {
		uint32_t n;

		set_up(ends[v6][0], ends[v6][1]);
		plan.payload_bytes = 64;
		plan.check = ETHERNET_WRONG;
		n = (uint32_t)ethernet_make(data, &plan);
		cr_assert(frame_parse(&f, data, n) == FRAME_CHECKSUM);
		plan.check = ETHERNET_RIGHT;
		ethernet_make(data, &plan);
		data[n - 1] ^= 1;
		cr_assert(frame_parse(&f, data, n) == FRAME_CHECKSUM);
	}
}

Test(frame, whose_sum_is_zero_carries_its_other_form)
{
	struct ethernet_plan back;
	struct frame f;
	uint8_t sealed[2] = {0xff, 0xff};

	set_up(ends[0][0], ends[0][1]);
	plan.payload_bytes = 2;
	/* The two bytes that make the sum of the rest what must be added. */
	for (unsigned i = 0; i < 65536; i++) {
		payload[0] = (uint8_t)(i >> 8);
		payload[1] = (uint8_t)i;
		(void)ethernet_make(data, &plan);
		if (memcmp(data + 40, sealed, 2) == 0)
			break;
	}
	cr_assert(memcmp(data + 40, sealed, 2) == 0);
	cr_assert(frame_parse(&f, data, 44) == FRAME_SOUND);
	back = turned(64);
	cr_assert(!ethernet_fault(data, frame_reply(&f, 64), &back));
	cr_assert(memcmp(data + 40, sealed, 2) == 0);
}

Test(frame, of_another_kind_is_left_alone)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{12, 0x81}, /* a VLAN tag */
		{14, 0x46}, /* IPv4 options */
		{14, 0x55}, /* not version 4 */
		{20, 0x60}, /* more fragments */
		{21, 1},    /* an offset */
		{23, 6},    /* TCP */
		{17, 27},   /* an IP packet that is too short, ... */
		{16, 5},    /* ... or too long */
		{39, 9},    /* a UDP length that is not the rest */
	};
	struct frame f;
	uint32_t n;

	set_up(ends[0][0], ends[0][1]);
	plan.payload_bytes = 40;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		n = (uint32_t)ethernet_make(data, &plan);
		data[changes[i].at] = changes[i].value;
		cr_assert(frame_parse(&f, data, n) == FRAME_OTHER, "byte %zu",
			changes[i].at);
	}
	n = (uint32_t)ethernet_make(data, &plan);
	for (uint32_t i = 0; i < n; i++)
		cr_assert(frame_parse(&f, data, i) == FRAME_OTHER);
	set_up(ends[1][0], ends[1][1]);
	n = (uint32_t)ethernet_make(data, &plan);
	data[20] = 44; /* a fragment header */
	cr_assert(frame_parse(&f, data, n) == FRAME_OTHER);
}

Test(frame, from_ipv4_can_be_mapped)
{
	union address a, mapped;
	struct frame f;

	set_up(ends[0][0], ends[0][1]);
	cr_assert(frame_parse(&f, data, (uint32_t)ethernet_make(data, &plan)) ==
		  FRAME_SOUND);
	cr_assert(address_parse(&mapped, "[::ffff:192.0.2.2]:40001") == 0);
	frame_source(&f, true, &a);
	cr_assert(address_equal(&a, &mapped));
}

Test(frame, is_built_as_the_rfcs_say)
{
	for (int v6 = 0; v6 < 2; v6++)
		for (size_t n = 0; n < 200; n++) {
			struct frame_route route = {.tos = 4, .ttl = 64};
			struct frame f;
			const char *fault;
			uint32_t bytes;

			set_up(ends[v6][0], ends[v6][1]);
			plan.payload_bytes = n;
			plan.tos = 4;
			memcpy(route.mac_from, plan.mac_from, 6);
			memcpy(route.mac_to, plan.mac_to, 6);
			route.from = plan.from;
			route.to = plan.to;
			memset(data, 0xee, sizeof(data));
			bytes = frame_build(&f, data, &route, (uint32_t)n);
			memcpy(frame_payload(&f), payload, n);
			frame_seal(&f);
			fault = ethernet_fault(data, bytes, &plan);
			cr_assert(!fault, "%s of %zu bytes", fault, n);
		}
}

Test(checksum, of_the_rfc_is_the_rfcs)
{
	/* RFC 1071, section 3: the sum is ddf2, in the order of the bytes. */
	static const uint8_t example[] = {
		0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7};
	uint16_t sum = checksum_fold(checksum_add(0, example, 8));
	uint8_t bytes[2];

	memcpy(bytes, &sum, 2);
	cr_assert(bytes[0] == 0xdd && bytes[1] == 0xf2);
}

/* Word for word; a machine's order of bytes is that of the words. */
static uint16_t plain_sum(const uint8_t *from, size_t bytes)
{
	uint32_t sum = 0;
	uint16_t word;

	for (size_t i = 0; i < bytes; i += 2) {
		word = 0;
		memcpy(&word, from + i, i + 1 < bytes ? 2 : 1);
		sum += word;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

Test(checksum, of_any_length_loses_no_carry)
{
	static const uint8_t fills[] = {0x00, 0x7f, 0xff};
	uint8_t bytes[200];

	for (size_t k = 0; k < sizeof(fills); k++) {
		memset(bytes, fills[k], sizeof(bytes));
		for (size_t n = 0; n <= sizeof(bytes); n++) {
			uint64_t sum = checksum_add(0, bytes, n);

			cr_assert(checksum_fold(sum) == plain_sum(bytes, n),
				"%zu bytes of %02x", n, fills[k]);
		}
	}
}
