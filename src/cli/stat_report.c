/* SPDX-License-Identifier: MIT */
#include "cli/stat_report.h"

#include "cli/style.h"
#include "core/clock.h"
#include "core/units.h"

#include <inttypes.h>
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

static void print_row(FILE *out, const struct counter_description *d,
	uint64_t value, uint64_t before, double seconds)
{
	char text[UNITS_TEXT], rate[UNITS_TEXT];

	fprintf(out, "  %-27s %26s ", d->name,
		units_format_grouped(value, text));
	if (seconds > 0 && d->kind == COUNTER_KIND_COUNTER && value >= before)
		fprintf(out, "%-12s %8s/s\n", d->unit,
			units_format_si(
				(double)(value - before) / seconds, rate));
	else
		fprintf(out, "%s\n", d->unit);
}

/* A gauge's sum over workers is the host's share of it: bytes queued, bytes of
 * buffer; a flag's is how many have it. */
static void print_sums(
	FILE *out, const struct stat_options *o, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);

	for (uint32_t i = 0; i < a->counter_count; i++) {
		uint64_t now = reader_sum(v->reader, v->now, i);
		uint64_t before =
			v->before ? reader_sum(v->reader, v->before, i) : 0;

		if (now || o->all)
			print_row(out, reader_counter(v->reader, i), now,
				before, v->before ? v->seconds : 0);
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

void stat_print_text(
	FILE *out, const struct stat_options *o, const struct stat_view *v)
{
	print_head(out, v->reader);
	print_sums(out, o, v);
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

/* Words filled into lines of at most 80 columns, each indented. */
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

/* The specification wants a unit to be the end of its metric's name. */
static bool ends_with_unit(const char *name, const char *unit)
{
	size_t n = strlen(name), u = strlen(unit);

	return n > u && name[n - u - 1] == '_' &&
	       strcmp(name + n - u, unit) == 0;
}

void stat_print_openmetrics(FILE *out, const struct stat_view *v)
{
	const struct reader_about *a = reader_about(v->reader);

	for (uint32_t i = 0; i < a->counter_count; i++) {
		const struct counter_description *d =
			reader_counter(v->reader, i);
		bool total = d->kind == COUNTER_KIND_COUNTER;

		fprintf(out, "# TYPE udpmill_%s %s\n", d->name,
			total ? "counter" : "gauge");
		if (ends_with_unit(d->name, d->unit))
			fprintf(out, "# UNIT udpmill_%s %s\n", d->name,
				d->unit);
		fprintf(out, "# HELP udpmill_%s %s\n", d->name, d->help);
		for (uint32_t w = 0; w < a->worker_count; w++)
			fprintf(out,
				"udpmill_%s%s{pid=\"%d\",worker=\"%u\"} "
				"%" PRIu64 "\n",
				d->name, total ? "_total" : "", a->pid, w,
				v->now[(size_t)w * a->counter_count + i]);
	}
	fputs("# EOF\n", out);
}
