/* SPDX-License-Identifier: MIT */
/* What went wrong, for a person; nothing if nothing did. */
#include "cli/load/report/checks.h"

#include "cli/print/style.h"
#include "cli/print/text.h"

static void print_check(FILE *out, const char *what, uint64_t n, bool colour)
{
	if (n)
		fprintf(out, "  %s%-32s %22s%s\n", STYLE(colour, STYLE_RED),
			what, text_grouped(n), STYLE(colour, STYLE_END));
}

/* A closed loop goes on without replies that take too long. */
static void print_written_off(
	FILE *out, const struct load_result *r, bool colour)
{
	if (!r->whole.written_off)
		return;
	print_check(
		out, "replies given up as lost", r->whole.written_off, colour);
	fprintf(out, "%14safter %s at the end; %s of them came later\n", "",
		text_time((double)r->timeout_ns),
		text_grouped(r->whole.came_late));
}

static void print_refused(FILE *out, const struct load_result *r, bool colour)
{
	if (!r->whole.refused)
		return;
	print_check(out, "refused (ICMP port unreachable)", r->whole.refused,
		colour);
	fprintf(out, "%14sfrom %.1f s to %.1f s of the run\n", "",
		(double)r->refused_first_ns / 1e9,
		(double)r->refused_last_ns / 1e9);
}

void load_print_checks(FILE *out, const struct load_result *r, bool colour)
{
	const struct load_counts *c = &r->whole;

	print_check(out, "corrupt replies", c->corrupt, colour);
	print_check(out, "stale replies, of another run", c->stale, colour);
	print_check(out, "duplicate replies", c->duplicate, colour);
	print_check(out, "reordered replies", c->reordered, colour);
	print_check(out, "replies too late to be matched", c->late, colour);
	print_written_off(out, r, colour);
	print_refused(out, r, colour);
}
