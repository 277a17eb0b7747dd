/* SPDX-License-Identifier: MIT */
#include "metrics/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS
		       ? "application/openmetrics-text; version=1.0.0; "
			 "charset=utf-8"
		       : "text/plain; version=0.0.4; charset=utf-8";
}

/* What stands after a backslash for this byte; 0: it stands for itself. */
static char escape_of(char c, bool quotes)
{
	if (c == '\n')
		return 'n';
	return c == '\\' || (c == '"' && quotes) ? c : 0;
}

static void add_label(struct metrics_labels *l, const char *name,
	const char *value, size_t value_bytes)
{
	size_t at = strlen(l->text), room = sizeof(l->text) - at;
	size_t need = strlen(name) + value_bytes + sizeof(",=\"\"");

	if (need <= room)
		snprintf(l->text + at, room, "%s%s=\"%s\"", at ? "," : "", name,
			value);
}

void metrics_label(
	struct metrics_labels *l, const char *name, const char *value)
{
	char escaped[sizeof(l->text)];
	size_t n = 0;

	for (; *value; value++) {
		char after = escape_of(*value, true);

		if (n + 3 > sizeof(escaped))
			return;
		if (after)
			escaped[n++] = '\\';
		escaped[n++] = after ? after : *value;
	}
	escaped[n] = '\0';
	add_label(l, name, escaped, n);
}

void metrics_label_number(
	struct metrics_labels *l, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	metrics_label(l, name, text);
}

/* The older format has no escaped quotes in a help text, names a counter and
 * an info by their samples, and knows fewer types. */
static const struct {
	const char *name, *old_name, *suffix;
} types[] = {
	[METRICS_COUNTER] = {"counter", "counter", "_total"},
	[METRICS_GAUGE] = {"gauge", "gauge", ""},
	[METRICS_INFO] = {"info", "gauge", "_info"},
	[METRICS_HISTOGRAM] = {"histogram", "histogram", ""},
	[METRICS_UNKNOWN] = {"unknown", "untyped", ""},
};

static void print_help(const struct metrics_text *t, const char *suffix)
{
	bool quotes = t->format == METRICS_OPENMETRICS;
	const char *c = t->family.help;

	fprintf(t->out, "# HELP %s%s ", t->family.name, suffix);
	for (; *c; c++) {
		char after = escape_of(*c, quotes);

		if (after)
			fputc('\\', t->out);
		fputc(after ? after : *c, t->out);
	}
	fputc('\n', t->out);
}

void metrics_begin(struct metrics_text *t, const struct metrics_family *f)
{
	bool old = t->format == METRICS_PROMETHEUS;
	const char *suffix = old ? types[f->type].suffix : "";

	t->family = *f;
	fprintf(t->out, "# TYPE %s%s %s\n", f->name, suffix,
		old ? types[f->type].old_name : types[f->type].name);
	if (f->unit && !old)
		fprintf(t->out, "# UNIT %s %s\n", f->name, f->unit);
	print_help(t, suffix);
}

/* Everything of a sample but its value. more: a label of the sample alone. */
static void print_name(const struct metrics_text *t, const char *suffix,
	const struct metrics_labels *labels, const char *more)
{
	const char *text = labels ? labels->text : "";
	bool any = *text || *more;

	fprintf(t->out, "%s%s%s%s%s%s%s ", t->family.name, suffix,
		any ? "{" : "", text, *text && *more ? "," : "", more,
		any ? "}" : "");
}

void metrics_value(struct metrics_text *t, const struct metrics_labels *labels,
	uint64_t value)
{
	print_name(t, types[t->family.type].suffix, labels, "");
	fprintf(t->out, "%" PRIu64 "\n", value);
}

void metrics_seconds(struct metrics_text *t,
	const struct metrics_labels *labels, uint64_t ns)
{
	print_name(t, types[t->family.type].suffix, labels, "");
	fprintf(t->out, "%" PRIu64 ".%09u\n", ns / 1000000000u,
		(unsigned)(ns % 1000000000u));
}

/* As OpenMetrics wants it: 1.0, not 1. The same in both formats, or else the
 * series would have other names. */
static void format_bound(char *text, size_t room, double upto)
{
	char number[32];

	snprintf(number, sizeof(number), "%g", upto);
	if (isinf(upto))
		snprintf(number, sizeof(number), "+Inf");
	else if (!strpbrk(number, ".e"))
		strcat(number, ".0");
	snprintf(text, room, "le=\"%s\"", number);
}

static void print_bucket(const struct metrics_text *t,
	const struct metrics_labels *labels, double upto, uint64_t count)
{
	char bound[48];

	format_bound(bound, sizeof(bound), upto);
	print_name(t, "_bucket", labels, bound);
	fprintf(t->out, "%" PRIu64 "\n", count);
}

void metrics_histogram(struct metrics_text *t,
	const struct metrics_labels *labels,
	const struct metrics_bucket *buckets, size_t count, double sum)
{
	uint64_t upto = 0;

	for (size_t i = 0; i < count; i++) {
		upto += buckets[i].count;
		if (!isinf(buckets[i].upto))
			print_bucket(t, labels, buckets[i].upto, upto);
	}
	print_bucket(t, labels, INFINITY, upto);
	print_name(t, "_count", labels, "");
	fprintf(t->out, "%" PRIu64 "\n", upto);
	print_name(t, "_sum", labels, "");
	fprintf(t->out, "%.15g\n", sum);
}

void metrics_end(struct metrics_text *t)
{
	if (t->format == METRICS_OPENMETRICS)
		fputs("# EOF\n", t->out);
}
