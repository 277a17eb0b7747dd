/* SPDX-License-Identifier: MIT */
/* The ledger for a person. */
#include "cli/load_report.h"
#include "cli/style.h"
#include "core/units.h"

#include <inttypes.h>

static void print_entry(
	FILE *out, const char *kind, const char *name, uint64_t n)
{
	char text[UNITS_TEXT];

	fprintf(out, "  %-9s %-22s %22s", kind, name,
		units_format_grouped(n, text));
}

static void print_named(FILE *out, const char *kind,
	const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!list[i].datagrams)
			continue;
		print_entry(out, kind, list[i].name, list[i].datagrams);
		fputc('\n', out);
	}
}

static void print_drops(FILE *out, const struct ledger *l)
{
	for (size_t i = 0; i < LEDGER_CAUSES; i++) {
		const struct ledger_drop *d = &l->dropped[i];

		if (!d->skbs)
			continue;
		print_entry(out, "dropped", d->cause, d->datagrams);
		if (d->low == d->high)
			fprintf(out, " %" PRIu64 " skb%s\n", d->skbs,
				d->skbs == 1 ? "" : "s");
		else
			fprintf(out,
				"\n%14s%" PRIu64 " skbs: between %" PRIu64
				" and %" PRIu64 " datagrams%s\n",
				"", d->skbs, d->low, d->high,
				d->low ? "" : "; the whole host's");
	}
	print_named(out, "dropped", l->failed, l->failed_count);
}

static void print_verdict(
	FILE *out, const struct ledger *l, bool gone, bool colour)
{
	bool good = ledger_balances(l);
	char text[UNITS_TEXT];
	int64_t n = l->unexplained;

	if (!l->server_seen) {
		print_entry(out, "missing", "", (uint64_t)(n > 0 ? n : 0));
		fprintf(out, "\n  The server cannot be seen%s%s\n",
			gone ? " any more" : " from here",
			n > 0 ? ": what became of them is not known." : ".");
		return;
	}
	if (l->shared) {
		fprintf(out, "  The server has other clients too: its figures "
			     "are not ours alone.\n");
		return;
	}
	units_format_grouped((uint64_t)(n < 0 ? -n : n), text);
	fprintf(out, "  %s%-32s %s%*s%s  %s\n",
		STYLE(colour && !good, STYLE_RED), "unexplained",
		n < 0 ? "-" : "", n < 0 ? 21 : 22, text,
		good ? STYLE(colour, STYLE_GREEN) : "",
		good ? "it balances" : "IT DOES NOT BALANCE");
	fputs(STYLE(colour, STYLE_END), out);
}

void load_print_ledger(FILE *out, const struct load_result *r, bool colour)
{
	const struct ledger *l = &r->ledger;

	fprintf(out, "\n%sLedger%s, in datagrams, warm-up included\n",
		STYLE(colour, STYLE_BOLD), STYLE(colour, STYLE_END));
	print_entry(out, "sent", "", l->sent);
	fputc('\n', out);
	print_entry(out, "answered", "", l->answered);
	fputc('\n', out);
	if (l->absorbed) {
		print_entry(out, "absorbed", "", l->absorbed);
		fputc('\n', out);
	}
	print_drops(out, l);
	print_named(out, "refused", l->refused, l->refused_count);
	print_verdict(out, l, r->server_gone, colour);
}
