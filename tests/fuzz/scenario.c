/* SPDX-License-Identifier: MIT */
/* Scenarios: whatever a file contains, its pairs are clean lines of it, and are
 * read back as they were written. */
#include "cli/args/scenario.h"
#include "cli/args/nearest.h"
#include "fuzz.h"

#include <errno.h>
#include <string.h>

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("[pace]\nrate = 10k\n"),
	SAMPLE("# all\r\n[ load ]\r\n length=imix ; mixed\r\n\r\nflows = 8"),
	SAMPLE("bind = 127.0.0.1#a;b\nramp=1:2:3s\n= 4\n"),
	SAMPLE("[pace] # x\n[load\nspin\nspin =\n"),
	SAMPLE("a = b = c\n\n\t# =\n;\n[]\na\0b = c\x1b[31m"),
	{NULL, 0},
};

static const char *const sections[] = {"load", "pace", NULL};

/* A value that has been read is one that can be written. */
static void check_again(const struct scenario_pair *pair)
{
	struct scenario_pair again;
	struct scenario s;
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);
	int error;

	CHECK(out);
	/* With blanks between, the line may have become too long. */
	error = scenario_write(out, pair->key, pair->value);
	CHECK(error == 0 || strlen(pair->key) + strlen(pair->value) + 3 >
				    SCENARIO_LINE_MAX);
	CHECK(fclose(out) == 0);
	scenario_init(&s, text, bytes, sections);
	CHECK(scenario_next(&s, &again) == (error ? 0 : 1));
	CHECK(error || (strcmp(again.key, pair->key) == 0 &&
			       strcmp(again.value, pair->value) == 0));
	free(text);
}

static void check_text(const char *text)
{
	CHECK(*text && !strchr(" \t", *text) &&
		!strchr(" \t", text[strlen(text) - 1]));
	for (; *text; text++)
		CHECK((unsigned char)*text >= 0x20 || *text == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct scenario_pair pair;
	struct scenario s;
	char *text = malloc(bytes + 1);
	unsigned line = 0;
	int got;

	CHECK(text);
	memcpy(text, data, bytes);
	scenario_init(&s, text, bytes, sections);
	while ((got = scenario_next(&s, &pair)) == 1) {
		CHECK(pair.line > line && pair.line == s.line);
		line = pair.line;
		check_text(pair.key);
		check_text(pair.value);
		check_again(&pair);
		CHECK(nearest_distance(pair.key, pair.key) == 0);
		(void)nearest_distance(pair.key, pair.value);
	}
	CHECK(got == 0 || got == -EINVAL);
	if (got)
		check_text(s.why);
	free(text);
	return 0;
}
