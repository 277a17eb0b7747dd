/* SPDX-License-Identifier: MIT */
#include "core/counters.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of struct segment_counter (export/segment.h), with the NUL. */
#define NAME_ROOM 40
#define UNIT_ROOM 16
#define HELP_ROOM 192

#define LOWER "abcdefghijklmnopqrstuvwxyz"

Test(counters, names_are_words_of_the_api_that_fit_a_segment)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		const char *name = counter_table[i].name;

		cr_assert(name && islower((unsigned char)name[0]), "%d", i);
		cr_assert(strlen(name) < NAME_ROOM, "%s", name);
		/* As OpenMetrics allows them; ECT(0) is ect0 there. */
		cr_assert(!name[strspn(name, LOWER "_0123456789")], "%s", name);
	}
}

Test(counters, no_two_share_a_name)
{
	for (int i = 0; i < COUNTER_COUNT; i++)
		for (int k = 0; k < i; k++)
			cr_assert(strcmp(counter_table[i].name,
					  counter_table[k].name) != 0,
				"%s", counter_table[i].name);
}

Test(counters, say_what_they_count_in_what_unit)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		const struct counter_description *d = &counter_table[i];

		cr_assert(strlen(d->help) >= 10, "%s", d->name);
		cr_assert(strlen(d->help) < HELP_ROOM, "%s", d->name);
		cr_assert(!strchr(d->help, '\n'), "%s", d->name);
		cr_assert(d->unit[0] && strlen(d->unit) < UNIT_ROOM, "%s",
			d->name);
		cr_assert(d->kind == COUNTER_KIND_COUNTER ||
				  d->kind == COUNTER_KIND_GAUGE,
			"%s", d->name);
	}
}

Test(counters, of_a_send_error_tells_its_cause)
{
	static const struct {
		int error;
		enum counter_id id;
	} cases[] = {
		{-EAGAIN, COUNTER_SEND_FAILED_AGAIN},
		{-EWOULDBLOCK, COUNTER_SEND_FAILED_AGAIN},
		{-ENOBUFS, COUNTER_SEND_FAILED_NOBUFS},
		{-ENOMEM, COUNTER_SEND_FAILED_NOBUFS},
		{-ENETUNREACH, COUNTER_SEND_FAILED_UNREACHABLE},
		{-EHOSTUNREACH, COUNTER_SEND_FAILED_UNREACHABLE},
		{-ENETDOWN, COUNTER_SEND_FAILED_UNREACHABLE},
		{-EADDRNOTAVAIL, COUNTER_SEND_FAILED_UNREACHABLE},
		{-EPERM, COUNTER_SEND_FAILED_DENIED},
		{-EACCES, COUNTER_SEND_FAILED_DENIED},
		{-EMSGSIZE, COUNTER_SEND_FAILED_TOO_LONG},
		{-EINVAL, COUNTER_SEND_FAILED_OTHER},
		{-ECONNREFUSED, COUNTER_SEND_FAILED_OTHER},
		{-EBADF, COUNTER_SEND_FAILED_OTHER},
		{0, COUNTER_SEND_FAILED_OTHER},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert(counter_of_send_error(cases[i].error) == cases[i].id,
			"%d", cases[i].error);
}

Test(counters, add_and_set_touch_their_own_value_only)
{
	static struct counters c;

	counter_add(&c, COUNTER_RX_BYTES, 5);
	counter_add(&c, COUNTER_RX_BYTES, 7);
	counter_set(&c, COUNTER_SOCKET_QUEUE, 9);
	counter_set(&c, COUNTER_SOCKET_QUEUE, 3);
	for (int i = 0; i < COUNTER_COUNT; i++)
		cr_assert(counter_get(&c, (enum counter_id)i) ==
			  (i == COUNTER_RX_BYTES              ? 12u
				  : i == COUNTER_SOCKET_QUEUE ? 3u
							      : 0u));
}

Test(counters, of_two_workers_share_no_cache_line)
{
	static struct counters c[2];

	cr_assert((uintptr_t)&c[0] % 64 == 0);
	cr_assert((uintptr_t)&c[1] % 64 == 0);
}
