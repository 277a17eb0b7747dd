/* SPDX-License-Identifier: MIT */
/* The contract of the generator's engines, over loopback: sending. */
#include "engine_fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MS 1000000u

TestSuite(engine_send, .fini = engine_end);

Test(engine_send, sends_datagrams_of_any_length)
{
	static const uint32_t sizes[] = {0, 1, 64, 1472, 9000, 65507};
	struct engine_arrivals in;

	engine_begin(1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i] > engine_most())
			break;
		engine_say(0, 'a', sizes[i]);
		cr_assert(engine_echo() == (ssize_t)sizes[i]);
		cr_assert(engine_receive(&in, 0) == 1 && in.count == 1);
		cr_assert(in.owner == &engine_fds[0]);
		cr_assert(in.at[0].bytes == sizes[i]);
		cr_assert(in.at[0].segment_bytes == sizes[i]);
		cr_assert(sizes[i] == 0 || in.at[0].data[sizes[i] - 1] == 'a');
	}
}

Test(engine_send, fills_each_slot_once_and_keeps_what_is_in_it)
{
	struct engine_message m[ENGINE_MESSAGES] = {0};

	engine_begin(1);
	cr_assert(engine_filled >= ENGINE_MESSAGES);
	for (unsigned round = 0; round < 3; round++) {
		uint32_t n = engine_lend(m, ENGINE_MESSAGES);

		cr_assert(n > 0);
		for (uint32_t i = 0; i < n; i++) {
			cr_assert(m[i].data[0] == 'f' && m[i].data[100] == 'f');
			m[i].link = engine_links[0];
			m[i].bytes = 8;
			m[i].segments = 1;
		}
		cr_assert(engine_send(m, n) == (int)n);
		while (n-- > 0)
			cr_assert(engine_echo() == 8);
	}
}

Test(engine_send, sends_in_order_over_several_sockets)
{
	struct engine_message m[6] = {0};
	uint8_t data[16];

	engine_begin(3);
	cr_assert(engine_lend(m, 6) == 6);
	for (uint32_t i = 0; i < 6; i++) {
		m[i].link = engine_links[i / 2];
		m[i].bytes = 1;
		m[i].segments = 1;
		m[i].data[0] = (uint8_t)('a' + i);
	}
	cr_assert(engine_send(m, 6) == 6);
	for (uint32_t i = 0; i < 6; i++) {
		cr_assert(engine_hear(data, sizeof(data), NULL) == 1);
		cr_assert(data[0] == 'a' + i);
	}
}

Test(engine_send, sends_empty_datagrams_among_others)
{
	struct engine_message m[5] = {0};

	engine_begin(1);
	cr_assert(engine_lend(m, 5) == 5);
	for (uint32_t i = 0; i < 5; i++) {
		m[i].link = engine_links[0];
		m[i].bytes = i % 2 ? 0 : 10 + i;
		m[i].segments = 1;
	}
	cr_assert(engine_send(m, 5) == 5);
	for (uint32_t i = 0; i < 5; i++)
		cr_assert(engine_echo() == (ssize_t)m[i].bytes);
}

Test(engine_send, changes_nothing_that_is_not_read)
{
	enum { SENDS = 1500, BYTES = 100 };
	struct engine_arrivals in;
	uint32_t i = 0, number;
	uint8_t data[BYTES];

	engine_begin(1);
	while (i < SENDS) {
		struct engine_message m = {
			.link = engine_links[0], .bytes = BYTES, .segments = 1};

		if (engine_lend(&m, 1) == 0) {
			cr_assert(engine_receive(&in, MS) == 0);
			continue;
		}
		memcpy(m.data, &i, sizeof(i));
		memcpy(m.data + BYTES - sizeof(i), &i, sizeof(i));
		cr_assert(engine_send(&m, 1) == 1);
		i++;
	}
	for (i = 0; engine_hear(data, BYTES, NULL) == BYTES; i++) {
		memcpy(&number, data, sizeof(number));
		cr_assert(number == i);
		memcpy(&number, data + BYTES - sizeof(i), sizeof(number));
		cr_assert(number == i);
	}
	cr_assert(i > SENDS / 2, "%u arrived", i);
}

Test(engine_send, sends_a_train_as_it_is_cut)
{
	struct engine_message m = {.segments = 3, .segment_bytes = 100};
	uint8_t data[512];

	engine_begin(1);
	if (!(engine.ops->can & ENGINE_TRAINS))
		cr_skip_test("it sends no trains");
	m.link = engine_links[0];
	m.bytes = 250;
	cr_assert(engine_lend(&m, 1) == 1);
	cr_assert(engine_send(&m, 1) == 1);
	cr_assert(engine_hear(data, sizeof(data), NULL) == 100);
	cr_assert(engine_hear(data, sizeof(data), NULL) == 100);
	cr_assert(engine_hear(data, sizeof(data), NULL) == 50);
	/* And what follows it, where it is cut no more. */
	engine_say(0, 'a', 300);
	cr_assert(engine_hear(data, sizeof(data), NULL) == 300);
}

Test(engine_send, sends_from_memory_that_is_not_its_own)
{
	static uint8_t foreign[] = "foreign";
	struct engine_message m = {
		.data = foreign, .bytes = sizeof(foreign), .segments = 1};

	engine_begin(1);
	if (!(engine.ops->can & ENGINE_FOREIGN))
		cr_skip_test("it cannot");
	m.link = engine_links[0];
	cr_assert(engine_send(&m, 1) == 1);
	cr_assert(engine_echo() == sizeof(foreign));
}

Test(engine_send, loses_no_report_to_a_send)
{
	struct engine_message m[3] = {0};
	struct engine_reports reports;
	struct engine_arrivals in;
	int sent, heard;

	engine_begin(1);
	close(engine_peer);
	engine_say(0, 'a', 8);
	cr_assert(engine_lend(m, 3) == 3);
	for (uint32_t i = 0; i < 3; i++)
		m[i] = (struct engine_message){.link = engine_links[0],
			.data = m[i].data,
			.bytes = 8,
			.segments = 1};
	sent = engine_send(m, 3);
	heard = engine_receive(&in, 0);
	cr_assert(sent == -ECONNREFUSED || heard == -ECONNREFUSED);
	engine.ops->reports(engine.self, engine_links[0], &reports);
	cr_assert(reports.refused >= 1 && reports.other == 0);
}

Test(engine_send, stops_at_what_fails_and_says_why)
{
	struct engine_message m[3] = {0};

	engine_begin(2);
	cr_assert(engine_lend(m, 3) == 3);
	for (uint32_t i = 0; i < 3; i++) {
		m[i].link = engine_links[0];
		m[i].segments = 1;
		m[i].bytes = i == 1 ? 65535 : 8;
	}
	cr_assert(engine_send(m, 3) == 1, "no IPv4 datagram is so long");
	cr_assert(engine_send(m + 1, 2) == -EMSGSIZE);
	cr_assert(engine_send(m + 2, 1) == 1);
	cr_assert(
		engine_echo() == 8 && engine_echo() == 8 && engine_echo() < 0);
}
