/* SPDX-License-Identifier: MIT */
#include "load/counted.h"

#include "core/counters.h"

#include <criterion/criterion.h>
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

Test(counted, finds_what_the_ledger_wants)
{
	struct counted list[COUNTER_COUNT];
	struct load_server s;

	counted_read(&s, list, list_all(list));
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
Test(counted, names_what_was_refused_or_not_sent_and_nothing_else)
{
	const size_t refused =
		COUNTER_REFUSED_REPLY - COUNTER_REFUSED_AMPLIFICATION + 1;
	const size_t failed =
		COUNTER_SEND_FAILED_OTHER - COUNTER_SEND_FAILED_AGAIN + 1 + 2;
	struct counted list[COUNTER_COUNT];
	struct load_server s;

	counted_read(&s, list, list_all(list));
	cr_assert(s.counters.refused_count == refused);
	cr_assert_str_eq(s.counters.refused[0].name, "refused_amplification");
	cr_assert(s.counters.refused[0].datagrams ==
		  VALUE(REFUSED_AMPLIFICATION));
	cr_assert(s.counters.failed_count == failed);
	for (size_t i = 0; i < failed; i++)
		cr_assert(strncmp(s.counters.failed[i].name, "query", 5) != 0);
}

Test(counted, names_what_this_build_does_not_know)
{
	static const struct counted list[] = {
		{"refused_by_the_weather", 3},
		{"send_failed_again_and_again", 4},
		{"refusedly", 5},
	};
	struct load_server s;

	counted_read(&s, list, COUNT(list));
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
	counted_read(&s, list, COUNT(list));
	cr_assert(s.counters.refused_count == LEDGER_NAMED_MAX);
	cr_assert(strlen(s.counters.refused[0].name) == LEDGER_NAME - 1);
}
