/* SPDX-License-Identifier: MIT */
/* The counters that a server reports to clients with its key. */
#include "keyed.h"

TestSuite(snapshot, .init = set_up);

/* Each counter and its sum, in the order of the table. */
static void check_parts(size_t first, uint16_t parts, uint64_t generation)
{
	enum counter_id id = 0;

	for (uint16_t i = 0; i < parts; i++) {
		struct query_body b;
		struct query q = read_reply(first + i, &b);
		char name[QUERY_NAME];
		uint64_t value;

		cr_assert(q.type == QUERY_SNAPSHOT && q.part == i);
		cr_assert(q.parts == parts && q.generation == generation);
		for (; query_take_counter(&b, name, &value); id++) {
			cr_assert_str_eq(name, counter_table[id].name);
			if (id == COUNTER_RX_BYTES || id == COUNTER_SOCKET_GRO)
				cr_assert(value == 1000 + 100 + 10);
		}
		cr_assert(b.left == 0);
	}
	cr_assert(id == COUNTER_COUNT);
}

static void set_counters(enum counter_id id)
{
	counter_set(&all[0], id, 1000);
	counter_set(&all[1], id, 100);
	counter_set(&all[2], id, 10);
}

Test(snapshot, has_the_counters_of_all_workers)
{
	struct query_body b;
	struct query q;

	set_counters(COUNTER_RX_BYTES);
	set_counters(COUNTER_SOCKET_GRO);
	counter_set(&all[1], COUNTER_PUBLISHED, 7);
	counter_set(&all[0], COUNTER_PUBLISHED, 10);
	counter_set(&all[2], COUNTER_PUBLISHED, 9);
	ask((struct query){.type = QUERY_SNAPSHOT});
	run("discard");
	q = read_reply(0, &b);
	cr_assert(q.published == 7 && q.workers == WORKERS);
	cr_assert(q.generation >> 32 == 5, "unlike another worker's");
	cr_assert(q.parts > 1, "the test below would show nothing");
	ask((struct query){.type = QUERY_SNAPSHOT});
	for (uint16_t i = 1; i < q.parts; i++)
		ask((struct query){.type = QUERY_SNAPSHOT,
			.part = i,
			.generation = q.generation});
	sent_count = 0;
	run("discard");
	check_parts(1, q.parts, q.generation + 1);
}

Test(snapshot, has_all_parts_of_the_same_moment)
{
	struct consent c;
	struct batch batch;
	struct query q = {.type = QUERY_SNAPSHOT};
	uint64_t told[2] = {0};

	cr_assert(batch_init(&batch, 1) == 0);
	consent_init(&c, &shared, 1, &here);
	/* Each part is asked for in a turn of its own, and more is counted
	 * meanwhile: the first and the last counter were equal. */
	for (q.part = 0; q.part == 0 || q.part < q.parts; q.part++) {
		uint8_t data[QUERY_BYTES];
		struct query_body b;
		char name[QUERY_NAME];
		uint64_t value;

		counter_add(&all[0], 0, 1);
		counter_add(&all[0], COUNTER_COUNT - 1, 1);
		seal(data, q, &key);
		batch.trains[0] = (struct train){
			.data = data, .peer = &add("", 0)->peer, .ttl = 64};
		train_shape(&batch.trains[0], QUERY_BYTES, 0);
		batch.count = 1;
		cr_assert(consent_part(&batch) == 1 && batch.count == 0);
		consent_answer(&c, &guard, &batch, 1, &all[0]);
		cr_assert(query_open(data, QUERY_BYTES, &key, &q, &b) == 0);
		while (query_take_counter(&b, name, &value)) {
			if (strcmp(name, counter_table[0].name) == 0)
				told[0] = value;
			told[1] = value;
		}
		q.reply = false;
		q.from = there;
		q.to = here;
	}
	cr_assert(told[0] == 1 && told[1] == 1);
	batch_fini(&batch);
}

Test(snapshot, replaces_a_generation_that_is_gone)
{
	struct query_body b;
	struct query first, again, gone;

	ask((struct query){.type = QUERY_SNAPSHOT});
	ask((struct query){.type = QUERY_SNAPSHOT});
	ask((struct query){.type = QUERY_SNAPSHOT, .part = 1, .generation = 3});
	run("discard");
	first = read_reply(0, &b);
	again = read_reply(1, &b);
	gone = read_reply(2, &b);
	cr_assert(first.generation != again.generation);
	cr_assert(gone.generation == again.generation && gone.part == 1);
}

Test(snapshot, counts_the_query_that_asks_for_the_counters)
{
	struct query_body b;
	char name[QUERY_NAME];
	uint64_t value, seen = 0;

	ask((struct query){.type = QUERY_HELLO});
	ask((struct query){.type = QUERY_SNAPSHOT});
	run("discard");
	read_reply(1, &b);
	while (query_take_counter(&b, name, &value))
		if (strcmp(name, "query_datagrams") == 0)
			seen = value;
	cr_assert(seen == 2);
}
