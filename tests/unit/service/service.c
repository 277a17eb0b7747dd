/* SPDX-License-Identifier: MIT */
#include "service/service.h"
#include "service/registry.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static const struct service zeroed;
static unsigned finis;
static bool was_zeroed;

Test(service, of_the_table_can_be_found_by_name)
{
	static const char *const names[] = {
		"length", "echo", "discard", "reflect"};
	size_t n = 0;

	for (; service_table[n]; n++) {
		const struct service_ops *ops = service_table[n];

		cr_assert(strcmp(ops->name, names[n]) == 0);
		cr_assert(service_find(ops->name) == ops);
		cr_assert(ops->brief && ops->handle);
	}
	cr_assert(n == sizeof(names) / sizeof(names[0]));
}

Test(service, of_another_name_is_none)
{
	static const char *const names[] = {
		"", "ech", "echoo", "Echo", " echo"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_assert(!service_find(names[i]), "\"%s\"", names[i]);
}

/* Two that answer whatever comes, set at each other, never stop. */
Test(service, that_loops_says_so)
{
	for (size_t i = 0; service_table[i]; i++)
		cr_assert(service_table[i]->loops ==
			  (strcmp(service_table[i]->name, "echo") == 0));
}

static int init_well(void *self, const struct service_config *config)
{
	uint64_t *state = self;

	was_zeroed = state[0] == 0 && state[1] == 0;
	state[0] = config->worker;
	return 0;
}

static int init_badly(void *self, const struct service_config *config)
{
	(void)self;
	(void)config;
	return -EMFILE;
}

static void count_fini(void *self)
{
	(void)self;
	finis++;
}

Test(service, gets_its_state_zeroed_and_its_worker)
{
	static const struct service_ops ops = {
		.name = "test",
		.size = 2 * sizeof(uint64_t),
		.init = init_well,
		.fini = count_fini,
	};
	static const struct service_config config = {.worker = 9};
	struct service s;

	memset(&s, 0x5a, sizeof(s));
	cr_assert(service_open(&s, &ops, &config) == 0);
	cr_assert(was_zeroed && s.ops == &ops);
	cr_assert(*(uint64_t *)s.self == 9);
	service_close(&s);
	cr_assert(finis == 1);
	cr_assert(memcmp(&s, &zeroed, sizeof(s)) == 0);
	service_close(&s);
	cr_assert(finis == 1, "closed twice, ended twice");
}

Test(service, that_fails_to_begin_leaves_nothing)
{
	static const struct service_ops ops = {
		.name = "test",
		.size = 16,
		.init = init_badly,
		.fini = count_fini,
	};
	static const struct service_config config = {0};
	struct service s;

	memset(&s, 0x5a, sizeof(s));
	cr_assert(service_open(&s, &ops, &config) == -EMFILE);
	cr_assert(finis == 1);
	cr_assert(memcmp(&s, &zeroed, sizeof(s)) == 0);
}

Test(service, of_no_state_can_be_opened)
{
	static const struct service_config config = {0};
	struct service s;

	cr_assert(service_open(&s, service_find("echo"), &config) == 0);
	cr_assert(!s.self);
	service_close(&s);
	cr_assert(memcmp(&s, &zeroed, sizeof(s)) == 0);
}

/* What the worker refused before, and what is not answered, stays so. */
Test(service, leaves_alone_what_was_refused_before)
{
	static const struct service_config config = {0};
	uint8_t data[64] = {0};

	for (size_t i = 0; service_table[i]; i++) {
		struct train t = {.data = data};
		struct batch b = {.trains = &t, .count = 1, .capacity = 1};
		struct service s;

		train_shape(&t, 60, 20);
		train_refuse(&t, COUNTER_TRUNCATED);
		cr_assert(service_open(&s, service_table[i], &config) == 0);
		s.ops->handle(s.self, &b);
		service_close(&s);
		cr_assert(t.verdict == VERDICT_REFUSE && t.refused == 3 &&
				  t.refusal == COUNTER_TRUNCATED,
			"%s", service_table[i]->name);
	}
}
