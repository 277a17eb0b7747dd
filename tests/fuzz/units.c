/* SPDX-License-Identifier: MIT */
/* Numbers: an error leaves the value alone, and what is printed fits. */
#include "core/units.h"
#include "fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define UNTOUCHED 0x5a5a5a5a5a5a5a5au

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("0"),
	SAMPLE("65507"),
	SAMPLE("18446744073709551615"),
	SAMPLE("1.5k"),
	SAMPLE("64Ki"),
	SAMPLE("16777215Ti"),
	SAMPLE("16777216Ti"),
	SAMPLE("18446744073709551615k"),
	SAMPLE("0.000000001G"),
	SAMPLE("0.5"),
	SAMPLE("33.333333333"),
	SAMPLE("500ms"),
	SAMPLE("1.5us"),
	SAMPLE("18446744073s"),
	SAMPLE("18446744074s"),
	SAMPLE("2h"),
	{NULL, 0},
};

static int parse_count(uint64_t *value, const char *text)
{
	return units_parse_count(value, text, 0, UINT64_MAX);
}

static void check(int (*parse)(uint64_t *, const char *), const char *text)
{
	uint64_t value = UNTOUCHED, again;
	char printed[UNITS_TEXT];
	int error = parse(&value, text);

	if (error) {
		CHECK(error == -EINVAL || error == -ERANGE);
		CHECK(value == UNTOUCHED);
		return;
	}
	CHECK(text[0] >= '0' && text[0] <= '9');
	/* No unit is below one: what is less has gone round 2^64. */
	CHECK(value >= strtoull(text, NULL, 10));
	snprintf(printed, sizeof(printed), "%llu", (unsigned long long)value);
	CHECK(parse_count(&again, printed) == 0 && again == value);
	CHECK(units_parse_size(&again, units_spell_size(value, printed)) == 0);
	CHECK(again == value);
	CHECK(units_parse_time(&again, units_spell_time(value, printed)) == 0);
	CHECK(again == value);
	CHECK(strlen(units_format_grouped(value, printed)) < UNITS_TEXT);
	CHECK(strlen(units_format_si((double)value, printed)) <= 6);
	CHECK(strlen(units_format_time((double)value, printed)) < UNITS_TEXT);
}

static void check_rate(const char *text)
{
	char printed[UNITS_TEXT];
	double value = -1, again = -2;
	int error = units_parse_rate(&value, text);

	if (error) {
		CHECK(error == -EINVAL || error == -ERANGE);
		CHECK(value == -1);
		return;
	}
	CHECK(text[0] >= '0' && text[0] <= '9' && value >= 0);
	CHECK(units_parse_rate(&again, units_spell_rate(value, printed)) == 0);
	CHECK(again == value);
	CHECK(strlen(units_format_si(value, printed)) < UNITS_TEXT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *text = malloc(bytes + 1);

	CHECK(text);
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	check(parse_count, text);
	check(units_parse_size, text);
	check(units_parse_time, text);
	check_rate(text);
	free(text);
	return 0;
}
