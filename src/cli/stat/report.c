/* SPDX-License-Identifier: MIT */
#include "cli/stat/report.h"

#include "cli/print/spread.h"
#include "cli/print/style.h"
#include "cli/print/text.h"
#include "cli/stat/spread.h"
#include "core/clock.h"
#include "core/units.h"

#include <string.h>

static double age_s(const struct reader_about *a)
{
	uint64_t now = clock_wall_ns();

	return now > a->started_ns ? (double)(now - a->started_ns) / 1e9 : 0;
}

static void print_head(FILE *out, const struct reader *r)
{
	const struct reader_about *a = reader_about(r);
	bool colour = style_on(out);
	char text[ADDRESS_TEXT];

	fprintf(out,
		"%sudpmill serve%s, pid %d: %s by %s, %u worker%s, %.0f s "
		"old, version %s\n",
		STYLE(colour, STYLE_BOLD), STYLE(colour, STYLE_END), a->pid,
		a->service, a->backend, a->worker_count,
		a->worker_count == 1 ? "" : "s", age_s(a), a->version);
	fprintf(out, "  at");
	for (uint32_t i = 0; i < a->endpoint_count; i++)
		fprintf(out, " %s", address_format(&a->endpoints[i], text));
	fputc('\n', out);
}

#define CPU_UNIT "nanoseconds"

/* After the value and a blank, up to column 80. */
#define UNIT_COLUMNS 23

/* CPU time, in nanoseconds per second, is shown as a share of a CPU. */
static void print_rate(
	FILE *out, const struct counter_description *d, double per_second)
{
	char text[UNITS_TEXT + 16];
	bool cpu = strcmp(d->unit, CPU_UNIT) == 0;
	const char *unit = cpu ? "ns" : d->unit;

	if (cpu)
		snprintf(text, sizeof(text), "%.1f %% of a CPU",
			per_second / 1e7);
	else
		snprintf(text, sizeof(text), "%s/s", text_si(per_second));
	fprintf(out, "%s %*s\n", unit, UNIT_COLUMNS - 1 - (int)strlen(unit),
		text);
}

static void print_row(FILE *out, const struct counter_description *d,
	uint64_t value, uint64_t before, double seconds)
{
	fprintf(out, "  %-27s %26s ", d->name, text_grouped(value));
	if (seconds > 0 && d->kind == COUNTER_KIND_COUNTER && value >= before)
		print_rate(out, d, (double)(value - before) / seconds);
	else
		fprintf(out, "%s\n", d->unit);
}

/* Gauges are values of single workers and cannot be added up: shows their
 * range. */
static void print_gauge(FILE *out, const struct stat_view *v, uint32_t index)
{
	const struct reader_about *a = reader_about(v->reader);
	const struct counter_description *d = reader_counter(v->reader, index);
	uint64_t low = UINT64_MAX, high = 0;
	char range[2 * UNITS_TEXT + 2];

	for (uint32_t w = 0; w < a->worker_count; w++) {
		uint64_t now = v->now[(size_t)w * a->counter_count + index];

		low = now < low ? now : low;
		high = now > high ? now : high;
	}
	snprintf(range, sizeof(range), "%s%s%s",
		low < high ? text_grouped(low) : "", low < high ? ".." : "",
		text_grouped(high));
	fprintf(out, "  %-27s %26s %s%s\n", d->name, range, d->unit,
		a->worker_count > 1 ? " each" : "");
}

/* The sum over all workers. */
static void print_totals(
	FILE *out, const struct stat_options *o, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);

	for (uint32_t i = 0; i < a->counter_count; i++) {
		const struct counter_description *d =
			reader_counter(v->reader, i);
		uint64_t now = reader_sum(v->reader, v->now, i);
		uint64_t before =
			v->before ? reader_sum(v->reader, v->before, i) : 0;

		if (!now && !o->all)
			continue;
		if (d->kind == COUNTER_KIND_GAUGE)
			print_gauge(out, v, i);
		else
			print_row(out, d, now, before,
				v->before ? v->seconds : 0);
	}
}

static void print_workers(
	FILE *out, const struct stat_options *o, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);

	for (uint32_t w = 0; w < a->worker_count; w++) {
		size_t row = (size_t)w * a->counter_count;

		fprintf(out, "worker %u\n", w);
		for (uint32_t i = 0; i < a->counter_count; i++)
			if (v->now[row + i] || o->all)
				print_row(out, reader_counter(v->reader, i),
					v->now[row + i],
					v->before ? v->before[row + i] : 0,
					v->before ? v->seconds : 0);
	}
}

static void print_spreads(FILE *out, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);
	const char *advice = stat_spread_advice(a->config);
	char address[ADDRESS_TEXT], warning[320];
	struct stat_spread at;
	struct spread s;

	for (uint32_t i = 0; i < a->endpoint_count; i++) {
		if (!stat_spread_at(&at, v, i))
			continue;
		s = spread_of(at.received, at.workers, at.stride);
		address_format(&a->endpoints[i], address);
		spread_print(out, address, &s);
		if (spread_warning(
			    warning, sizeof(warning), address, &s, advice))
			fprintf(out, "%s\n", warning);
	}
}

void stat_print_text(
	FILE *out, const struct stat_options *o, const struct stat_view *v)
{
	print_head(out, v->reader);
	print_totals(out, o, v);
	print_spreads(out, v);
	if (o->workers)
		print_workers(out, o, v);
}

void stat_print_list(FILE *out, const struct reader_list *list)
{
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < list->count; i++) {
		const struct reader_about *a = reader_about(list->readers[i]);

		fprintf(out, "  pid %-8d %-8s %-9s", a->pid, a->service,
			a->backend);
		for (uint32_t k = 0; k < a->endpoint_count; k++)
			fprintf(out, " %s",
				address_format(&a->endpoints[k], text));
		fputc('\n', out);
	}
}

void stat_print_files(FILE *out, const struct reader_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fprintf(out, "  %s\n", reader_about(list->readers[i])->path);
}

void stat_print_left(FILE *out, const struct left_list *left)
{
	for (size_t i = 0; i < left->count; i++)
		fprintf(out, "  pid %-8d is gone, but left %s/%s behind\n",
			left->names[i].pid, SEGMENT_DIR, left->names[i].name);
	if (left->count)
		fprintf(out,
			"  \"udpmill stat --clean\" removes what is left\n");
}

/* Fills words into indented lines of at most 80 columns. */
static void print_filled(FILE *out, const char *words)
{
	int column = 80;

	while (*words) {
		int n = (int)strcspn(words, " ");

		if (column + 1 + n > 78) {
			fprintf(out, "%s    ", column == 80 ? "" : "\n");
			column = 4;
		}
		column += fprintf(out, " %.*s", n, words);
		words += n + (words[n] == ' ');
	}
	fputc('\n', out);
}

void stat_print_descriptions(FILE *out, const struct reader *r)
{
	bool colour = style_on(out);

	for (uint32_t i = 0; i < reader_about(r)->counter_count; i++) {
		const struct counter_description *d = reader_counter(r, i);

		fprintf(out, "%s%s%s, %s\n", STYLE(colour, STYLE_BOLD), d->name,
			STYLE(colour, STYLE_END), d->unit);
		print_filled(out, d->help);
	}
}
