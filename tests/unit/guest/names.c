/* SPDX-License-Identifier: MIT */
/* Which lines of /proc/kallsyms the guest sends. */
#include "names.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *all, *kept;
} cases[] = {
	{"", ""},
	{"ffffffff81000000 T _text\n", "ffffffff81000000 T _text\n"},
	{"0000000000000000 A fixed_percpu_data\n"
	 "ffffffff81000000 T a\n"
	 "ffffffff81000010 t b\n"
	 "ffffffff81000020 D c\n"
	 "ffffffff81000030 W d\n"
	 "ffffffff81000040 w e\n"
	 "ffffffff81000050 r f\n"
	 "ffffffffc0000000 t g\t[veth]\n"
	 "ffffffffc0000000 b h\t[veth]\n",
		"ffffffff81000000 T a\n"
		"ffffffff81000010 t b\n"
		"ffffffff81000030 W d\n"
		"ffffffff81000040 w e\n"
		"ffffffffc0000000 t g\t[veth]\n"},
	{"ffffffff81000000 T no_feed", "ffffffff81000000 T no_feed"},
	{"\n\nfoo\nffffffff81000000\nffffffff81000000 \n1 T\n1 Tx\n", ""},
	{"foo\n1 T a\n", "1 T a\n"},
	{"1 T", ""},
	{"1 ", ""},
};

Test(names, that_are_functions_are_kept)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];
		size_t bytes;

		strcpy(text, cases[i].all);
		bytes = names_filter(text, strlen(text));
		cr_assert(bytes == strlen(cases[i].kept), "case %zu", i);
		cr_assert(
			memcmp(text, cases[i].kept, bytes) == 0, "case %zu", i);
	}
}
