/* SPDX-License-Identifier: MIT */
/* Each kind of metric, in both formats. */
#include "metrics/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *written;
static size_t bytes;
static struct metrics_text text;

static void begin(enum metrics_format format)
{
	text = (struct metrics_text){
		.out = open_memstream(&written, &bytes), .format = format};
	cr_assert(text.out);
}

static void end(const char *expected)
{
	metrics_end(&text);
	cr_assert(fclose(text.out) == 0);
	cr_assert(strcmp(written, expected) == 0, "%s", written);
	free(written);
}

static const struct metrics_family counter = {
	"a_bytes", METRICS_COUNTER, "bytes", "bytes of \"a\" \\ b\nand c"};

Test(metrics_text, a_counter_of_openmetrics_has_a_unit_and_a_suffix)
{
	begin(METRICS_OPENMETRICS);
	metrics_begin(&text, &counter);
	metrics_value(&text, NULL, UINT64_MAX);
	end("# TYPE a_bytes counter\n# UNIT a_bytes bytes\n"
	    "# HELP a_bytes bytes of \\\"a\\\" \\\\ b\\nand c\n"
	    "a_bytes_total 18446744073709551615\n# EOF\n");
}

Test(metrics_text, in_the_older_format_the_suffix_is_part_of_the_name)
{
	begin(METRICS_PROMETHEUS);
	metrics_begin(&text, &counter);
	metrics_value(&text, NULL, 0);
	end("# TYPE a_bytes_total counter\n"
	    "# HELP a_bytes_total bytes of \"a\" \\\\ b\\nand c\n"
	    "a_bytes_total 0\n");
}

Test(metrics_text, an_info_is_a_gauge_in_the_older_format)
{
	static const struct metrics_family info = {
		"a", METRICS_INFO, NULL, "b"};
	struct metrics_labels l = {0};

	metrics_label(&l, "version", "1");
	begin(METRICS_OPENMETRICS);
	metrics_begin(&text, &info);
	metrics_value(&text, &l, 1);
	end("# TYPE a info\n# HELP a b\na_info{version=\"1\"} 1\n# EOF\n");
	begin(METRICS_PROMETHEUS);
	metrics_begin(&text, &info);
	metrics_value(&text, &l, 1);
	end("# TYPE a_info gauge\n# HELP a_info b\n"
	    "a_info{version=\"1\"} 1\n");
}

Test(metrics_text, what_is_neither_counter_nor_gauge_is_called_so)
{
	static const struct metrics_family unknown = {
		"a", METRICS_UNKNOWN, NULL, "b"};

	begin(METRICS_OPENMETRICS);
	metrics_begin(&text, &unknown);
	metrics_value(&text, NULL, 7);
	end("# TYPE a unknown\n# HELP a b\na 7\n# EOF\n");
	begin(METRICS_PROMETHEUS);
	metrics_begin(&text, &unknown);
	metrics_value(&text, NULL, 7);
	end("# TYPE a untyped\n# HELP a b\na 7\n");
}

Test(metrics_text, seconds_are_exact_to_the_nanosecond)
{
	static const struct metrics_family gauge = {
		"a_seconds", METRICS_GAUGE, "seconds", "b"};

	begin(METRICS_PROMETHEUS);
	metrics_begin(&text, &gauge);
	metrics_seconds(&text, NULL, 1796053726000000007);
	end("# TYPE a_seconds gauge\n# HELP a_seconds b\n"
	    "a_seconds 1796053726.000000007\n");
}

Test(metrics_text, a_histogram_adds_up_and_ends_with_infinity)
{
	static const struct metrics_family histogram = {
		"a", METRICS_HISTOGRAM, NULL, "b"};
	static const struct metrics_bucket buckets[] = {
		{0.00025, 1}, {1, 2}, {1024, 0}, {INFINITY, 4}};
	struct metrics_labels l = {0};

	metrics_label_number(&l, "w", 3);
	begin(METRICS_OPENMETRICS);
	metrics_begin(&text, &histogram);
	metrics_histogram(&text, &l, buckets, 4, 12.5);
	metrics_histogram(&text, NULL, buckets, 2, 1);
	end("# TYPE a histogram\n# HELP a b\n"
	    "a_bucket{w=\"3\",le=\"0.00025\"} 1\n"
	    "a_bucket{w=\"3\",le=\"1.0\"} 3\n"
	    "a_bucket{w=\"3\",le=\"1024.0\"} 3\n"
	    "a_bucket{w=\"3\",le=\"+Inf\"} 7\n"
	    "a_count{w=\"3\"} 7\na_sum{w=\"3\"} 12.5\n"
	    "a_bucket{le=\"0.00025\"} 1\na_bucket{le=\"1.0\"} 3\n"
	    "a_bucket{le=\"+Inf\"} 3\na_count 3\na_sum 1\n# EOF\n");
}

Test(metrics_text, labels_are_escaped_and_none_is_cut)
{
	struct metrics_labels l = {0};
	char most[1000];

	metrics_label(&l, "a", "q\" b\\ n\n");
	cr_assert(strcmp(l.text, "a=\"q\\\" b\\\\ n\\n\"") == 0, "%s", l.text);
	for (size_t n = 400; n < sizeof(most) - 1; n++) {
		memset(most, '"', sizeof(most));
		most[n] = '\0';
		metrics_label(&l, "b", most);
		memset(most, 'x', n);
		metrics_label(&l, "c", most + (n > 520 ? 0 : 120));
	}
	cr_assert(strlen(l.text) < sizeof(l.text));
	cr_assert(l.text[strlen(l.text) - 1] == '"');
	cr_assert(!strstr(l.text, "b="), "%s", l.text);
}
