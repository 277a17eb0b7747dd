/* SPDX-License-Identifier: MIT */
#include "export/openmetrics.h"

#include <inttypes.h>
#include <string.h>

/* The specification requires a metric's name to end with its unit. */
static bool ends_with_unit(const char *name, const char *unit)
{
	size_t n = strlen(name), u = strlen(unit);

	return n > u && name[n - u - 1] == '_' &&
	       strcmp(name + n - u, unit) == 0;
}

/* Prints an escaped-string of OpenMetrics and a newline. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	fputc('\n', out);
}

void openmetrics_print(
	FILE *out, const struct reader *r, const uint64_t *values)
{
	const struct reader_about *a = reader_about(r);

	for (uint32_t i = 0; i < a->counter_count; i++) {
		const struct counter_description *d = reader_counter(r, i);
		bool total = d->kind == COUNTER_KIND_COUNTER;

		fprintf(out, "# TYPE udpmill_%s %s\n", d->name,
			total ? "counter" : "gauge");
		if (ends_with_unit(d->name, d->unit))
			fprintf(out, "# UNIT udpmill_%s %s\n", d->name,
				d->unit);
		fprintf(out, "# HELP udpmill_%s ", d->name);
		print_escaped(out, d->help);
		for (uint32_t w = 0; w < a->worker_count; w++)
			fprintf(out,
				"udpmill_%s%s{pid=\"%d\",worker=\"%u\"} "
				"%" PRIu64 "\n",
				d->name, total ? "_total" : "", a->pid, w,
				values[(size_t)w * a->counter_count + i]);
	}
	fputs("# EOF\n", out);
}
