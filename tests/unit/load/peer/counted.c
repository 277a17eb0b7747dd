/* SPDX-License-Identifier: MIT */
#include "load/peer/counted.h"

#include "core/counters.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each counter of this build, its value the place in the table, from 1. */
static size_t list_all(struct counted list[COUNTER_COUNT])
{
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		list[i] = (struct counted){counter_table[i].name, i + 1};
	return COUNTER_COUNT;
}

#define VALUE(id) ((uint64_t)COUNTER_##id + 1)

Test(counted, finds_what_the_ledger_needs)
{
	struct counted list[COUNTER_COUNT];
	struct load_server s;

	cr_assert(counted_read(&s, list, list_all(list)) == 0);
	cr_assert(s.counters.delivered == VALUE(RX_DATAGRAMS));
	cr_assert(s.counters.delivered_bytes == VALUE(RX_BYTES));
	cr_assert(s.counters.answered == VALUE(ANSWERED_DATAGRAMS));
	cr_assert(s.counters.absorbed == VALUE(ABSORBED_DATAGRAMS));
	cr_assert(s.counters.socket_drops == VALUE(SOCKET_DROPS));
	cr_assert(s.counters.gro);
	cr_assert(s.counters.trains == VALUE(RX_TRAINS));
	cr_assert(s.counters.answered_bytes == VALUE(ANSWERED_BYTES));
	cr_assert(s.counters.rcvbuf == VALUE(SOCKET_RCVBUF));
	cr_assert(s.batches == VALUE(RX_BATCHES));
	cr_assert(s.queries_lost == -(int64_t)VALUE(QUERY_DATAGRAMS));
	cr_assert(s.cpu_user_ns == VALUE(CPU_USER));
	cr_assert(s.cpu_system_ns == VALUE(CPU_SYSTEM));
	cr_assert(s.marks.ecn[0] == VALUE(RX_ECN_NOT_ECT));
	cr_assert(s.marks.ecn[3] == VALUE(RX_ECN_CE));
	cr_assert(s.marks.dscp_bits[0] == VALUE(RX_DSCP_BIT_1));
	cr_assert(s.marks.dscp_bits[5] == VALUE(RX_DSCP_BIT_32));
	cr_assert(s.marks.hops == VALUE(RX_TTL_HOPS));
}

/* Queries are no payload, and what became of them is none of it either. */
Test(counted, names_only_what_was_refused_or_not_sent)
{
	const size_t refused =
		COUNTER_REFUSED_REPLY - COUNTER_REFUSED_AMPLIFICATION + 1;
	const size_t failed =
		COUNTER_SEND_FAILED_OTHER - COUNTER_SEND_FAILED_AGAIN + 1 + 2;
	struct counted list[COUNTER_COUNT];
	struct load_server s;

	cr_assert(counted_read(&s, list, list_all(list)) == 0);
	cr_assert(s.counters.refused_count == refused);
	cr_assert_str_eq(s.counters.refused[0].name, "refused_amplification");
	cr_assert(s.counters.refused[0].datagrams ==
		  VALUE(REFUSED_AMPLIFICATION));
	cr_assert(s.counters.failed_count == failed);
	for (size_t i = 0; i < failed; i++)
		cr_assert(strncmp(s.counters.failed[i].name, "query", 5) != 0);
}

Test(counted, names_counters_that_this_build_does_not_know)
{
	static const struct counted list[] = {
		{"refused_by_the_weather", 3},
		{"send_failed_again_and_again", 4},
		{"refusedly", 5},
	};
	struct load_server s;

	cr_assert(counted_read(&s, list, COUNT(list)) == 0);
	cr_assert(s.counters.refused_count == 1);
	cr_assert_str_eq(s.counters.refused[0].name, "refused_by_the_weather");
	cr_assert(s.counters.refused[0].datagrams == 3);
	cr_assert(s.counters.failed_count == 1);
	cr_assert(s.counters.failed[0].datagrams == 4);
	cr_assert(s.counters.delivered == 0 && !s.counters.gro);
}

Test(counted, names_no_more_than_there_is_room_for)
{
	struct counted list[LEDGER_NAMED_MAX + 5];
	struct load_server s;

	for (size_t i = 0; i < COUNT(list); i++)
		list[i] = (struct counted){"refused_by_somebody_with_a_name_"
					   "of_more_than_40_letters",
			1};
	cr_assert(counted_read(&s, list, COUNT(list)) == 0);
	cr_assert(s.counters.refused_count == LEDGER_NAMED_MAX);
	cr_assert(strlen(s.counters.refused[0].name) == LEDGER_NAME - 1);
}

/* The sender has the key, or writes a segment; both may lie. */
Test(counted, believes_no_more_than_the_ledger_can_add_up)
{
	static const struct {
		const char *name;
		uint64_t most;
	} cases[] = {
		{"rx_datagrams", COUNTED_MOST},
		{"query_datagrams", COUNTED_MOST},
		{"refused_by_the_weather", COUNTED_MOST},
		{"rx_bytes", COUNTED_MOST_UNITS},
		{"cpu_user_ns", COUNTED_MOST_UNITS},
		{"rx_ttl_hops", COUNTED_MOST_UNITS},
		{"ns", COUNTED_MOST},
	};
	struct load_server s;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint64_t wrong[] = {cases[i].most + 1,
			(uint64_t)INT64_MAX, (uint64_t)INT64_MAX + 1,
			UINT64_MAX};
		struct counted one = {cases[i].name, cases[i].most};

		cr_assert(counted_read(&s, &one, 1) == 0, "case %zu", i);
		for (size_t k = 0; k < COUNT(wrong); k++) {
			one.value = wrong[k];
			cr_assert(counted_read(&s, &one, 1) == -EPROTO,
				"case %zu", i);
		}
	}
}

Test(counted, believes_no_counter_that_goes_backwards)
{
	struct counted list[COUNTER_COUNT];
	struct counted_past past = {0};
	struct load_server s;
	size_t n = list_all(list);

	cr_assert(counted_read(&s, list, n) == 0);
	cr_assert(counted_follow(&past, &s) == 0);
	cr_assert(counted_follow(&past, &s) == 0, "nothing has moved");
	for (size_t i = 0; i < n; i++) {
		bool used = strncmp(list[i].name, "refused_", 8) == 0 ||
			    strncmp(list[i].name, "send_failed_", 12) == 0 ||
			    strncmp(list[i].name, "rx_d", 4) == 0 ||
			    strncmp(list[i].name, "rx_ecn", 6) == 0 ||
			    strncmp(list[i].name, "cpu_", 4) == 0 ||
			    strcmp(list[i].name, "rx_bytes") == 0 ||
			    strcmp(list[i].name, "socket_drops") == 0;
		bool gauge = counter_table[i].kind == COUNTER_KIND_GAUGE;
		int error;

		list[i].value--;
		cr_assert(counted_read(&s, list, n) == 0);
		error = counted_follow(&past, &s);
		cr_assert(
			!used || gauge || error == -EPROTO, "%s", list[i].name);
		cr_assert(!gauge || used || error == 0, "%s", list[i].name);
		list[i].value++;
	}
}

Test(counted, believes_no_names_that_come_and_go)
{
	static const struct counted first[] = {{"refused_a", 1},
		{"refused_b", 1}},
				    swapped[] = {
					    {"refused_b", 1}, {"refused_a", 1}};
	struct counted_past past = {0};
	struct load_server s;

	cr_assert(counted_read(&s, first, 2) == 0);
	cr_assert(counted_follow(&past, &s) == 0);
	cr_assert(counted_read(&s, swapped, 2) == 0);
	cr_assert(counted_follow(&past, &s) == -EPROTO);
	cr_assert(counted_read(&s, first, 1) == 0);
	cr_assert(counted_follow(&past, &s) == -EPROTO);
	cr_assert(counted_read(&s, first, 2) == 0);
	cr_assert(counted_follow(&past, &s) == 0, "the past was kept");
}
