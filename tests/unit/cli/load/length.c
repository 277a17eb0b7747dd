/* SPDX-License-Identifier: MIT */
#include "cli/load/length.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct load_length v4 = {.most = 65507, .headers = 46, .seed = 1};
static const struct load_length v6 = {.most = 65527, .headers = 66, .seed = 1};

Test(length, is_read_in_each_form)
{
	static const struct {
		const char *text;
		uint32_t least, most;
		double mean;
	} cases[] = {
		{"0", 0, 0, 0},
		{"64", 64, 64, 64},
		{"1Ki", 1024, 1024, 1024},
		{"65507", 65507, 65507, 65507},
		{"100-100", 100, 100, 100},
		{"32-1472", 32, 1472, 752},
		{"64:1,1472:1", 64, 1472, 768},
		{"1472:1,64:3", 64, 1472, 416},
		{"100,200", 100, 200, 150},
		{"100:0.5,200:1.5", 100, 200, 175},
		{"imix", 32, 1472, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sizes s;
		char why[256] = "";

		cr_assert(load_length_parse(&s, cases[i].text, &v4, why,
				  sizeof(why)) == 0,
			"%s: %s", cases[i].text, why);
		cr_assert(s.least == cases[i].least, "%s", cases[i].text);
		cr_assert(s.most == cases[i].most, "%s", cases[i].text);
		/* A table has 1024 of them. */
		if (cases[i].mean)
			cr_assert(s.mean > cases[i].mean - 2 &&
				  s.mean < cases[i].mean + 2);
	}
}

Test(length, that_is_wrong_is_refused_with_what_would_be_right)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{"", "is not a length"},
		{"x", "is not a length"},
		{"-1", "is not a length"},
		{"1.5", "is not a length"},
		{"65508", "at most 65507 on IPv4"},
		{"0-65508", "at most 65507 on IPv4"},
		{"200-100", "write 100-200"},
		{"100-", "is not a length"},
		{"64:0", "is not a weight"},
		{"64:-1", "is not a weight"},
		{"64:nan", "is not a weight"},
		{"64:1x", "is not a weight"},
		{"64:2e12", "is not a weight"},
		{"64:1,x:1", "is not a length"},
		{"64:1,1472:10000", "less than 1/1024"},
		{",", "no sizes are given"},
		{"@/nonexistent", "No such file"},
		{"@", "No such file"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sizes s;
		char why[256] = "";

		cr_assert(load_length_parse(&s, cases[i].text, &v4, why,
				  sizeof(why)) == -EINVAL,
			"%s", cases[i].text);
		cr_assert(strstr(why, cases[i].word), "%s: %s", cases[i].text,
			why);
	}
}

Test(length, of_ipv6_is_longer)
{
	struct sizes s;
	char why[256];

	cr_assert(load_length_parse(&s, "65527", &v6, why, sizeof(why)) == 0);
	cr_assert(s.most == 65527);
	cr_assert(load_length_parse(&s, "65528", &v6, why, sizeof(why)) ==
		  -EINVAL);
	cr_assert(strstr(why, "at most 65527 on IPv6"), "%s", why);
}

/* What the file holds, parsed. */
static int read_file(struct sizes *s, const char *text, char *why, size_t n)
{
	char path[] = "/tmp/length.XXXXXX", at[64];
	int fd = mkstemp(path), error;

	cr_assert(fd >= 0);
	cr_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(at, sizeof(at), "@%s", path);
	error = load_length_parse(s, at, &v4, why, n);
	close(fd);
	unlink(path);
	return error;
}

Test(length, of_a_file_is_a_size_and_a_weight_a_line)
{
	struct sizes s;
	char why[256] = "";

	cr_assert(read_file(&s, "# sizes\n64 1\n\n \t1472\t1 # large\r\n", why,
			  sizeof(why)) == 0,
		"%s", why);
	cr_assert(s.least == 64 && s.most == 1472);
}

Test(length, of_a_file_is_refused_with_its_line)
{
	static const struct {
		const char *text, *word;
	} cases[] = {
		{"64 1\n1472\n", ":2: this is not a size and a weight"},
		{"64 1 1\n", ":1: this is not a size and a weight"},
		{"\n\nx 1\n", ":3: \"x\" is not a length"},
		{"64 x\n", ":1: \"x\" is not a weight"},
		{"# nothing\n", "no sizes are given"},
		{"", "no sizes are given"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sizes s;
		char why[256] = "";

		cr_assert(read_file(&s, cases[i].text, why, sizeof(why)) ==
			  -EINVAL);
		cr_assert(strstr(why, cases[i].word), "%s", why);
	}
}
