/* SPDX-License-Identifier: MIT */
#include "cli/args/nearest.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(nearest, the_distance_of_names_is_what_it_takes_to_mend_one)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{"", "", 0},
		{"rate", "rate", 0},
		{"", "rate", 4},
		{"rat", "rate", 1},
		{"raate", "rate", 1},
		{"rade", "rate", 1},
		{"lenght", "length", 1},
		{"ab", "ba", 1},
		{"abc", "cab", 2},
		{"kitten", "sitting", 3},
		{"window", "w", 5},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_assert(nearest_distance(cases[i].a, cases[i].b) ==
			  cases[i].distance);
		cr_assert(nearest_distance(cases[i].b, cases[i].a) ==
			  cases[i].distance);
	}
}

Test(nearest, only_the_first_letters_count)
{
	char a[1000], b[1000];

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	b[100] = 'y';
	cr_assert(nearest_distance(a, b) == 0);
	b[10] = 'y';
	cr_assert(nearest_distance(a, b) == 1);
}
