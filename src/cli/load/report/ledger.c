/* SPDX-License-Identifier: MIT */
/* The ledger for a person. */
#include "cli/load/report/ledger.h"

#include "cli/print/style.h"
#include "cli/print/text.h"

static void print_entry(
	FILE *out, const char *kind, const char *name, uint64_t n)
{
	fprintf(out, "  %-9s %-22s %22s", kind, name, text_grouped(n));
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

/* The range that the kernel's count leaves open; nothing if it is exact. */
static void print_bounds(FILE *out, const struct ledger_drop *d)
{
	const char *skbs = text_grouped(d->skbs), *s = d->skbs == 1 ? "" : "s";
	const char *high = text_grouped(d->high);

	/* If others share the place, or it has room for more, our losses there
	 * came in no more skbs than they had datagrams. */
	if (d->skbs > d->datagrams)
		fprintf(out, " in at most %s skbs\n",
			text_grouped(d->datagrams));
	else if (d->low == d->high || d->datagrams == d->high ||
		 (!d->low && d->datagrams == d->skbs))
		fprintf(out, " in %s skb%s\n", skbs, s);
	else if (d->low)
		fprintf(out, "\n%14sin %s skb%s, which held %s to %s\n", "",
			skbs, s, text_grouped(d->low), high);
	else
		fprintf(out, "\n%14sin %s skb%s, which held at most %s\n", "",
			skbs, s, high);
}

static void print_drop(FILE *out, const struct ledger_drop *d)
{
	static const char *const legs[] = {
		[LEDGER_REQUEST] = " (requests)",
		[LEDGER_SERVER] = " (at the server)",
		[LEDGER_REPLY] = " (replies)",
	};
	bool first = true;
	char name[48];

	for (enum ledger_leg i = 0; i < LEDGER_LEGS; i++) {
		if (!d->leg[i])
			continue;
		if (!first)
			fputc('\n', out);
		first = false;
		/* Most causes may occur on either leg. */
		snprintf(name, sizeof(name), "%s%s", d->cause,
			d->two_ways ? legs[i] : "");
		print_entry(out, "dropped", name, d->leg[i]);
	}
	if (!first)
		print_bounds(out, d);
}

static void print_drops(FILE *out, const struct ledger *l)
{
	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		print_drop(out, &l->dropped[i]);
	print_named(out, "dropped", l->failed, l->failed_count);
}

/* Counters that moved by more than is missing. */
static void print_shared(FILE *out, const struct ledger *l)
{
	bool any = false;

	for (size_t i = 0; i < LEDGER_CAUSES; i++) {
		const struct ledger_drop *d = &l->dropped[i];

		if (!d->shared)
			continue;
		/* A counter of the whole host counts more than our part. */
		fprintf(out, "%s%s %s",
			any ? ", "
			    : "  These counters include traffic of others: ",
			d->cause,
			d->host ? "(the whole host's)" : text_grouped(d->skbs));
		any = true;
	}
	if (any)
		fputc('\n', out);
}

static void print_way(FILE *out, const char *what, const struct ledger_way *w)
{
	if (w->sent == 0)
		return;
	fprintf(out, "  in bytes  %-9s sent %22s  arrived %19s\n", what,
		text_grouped(w->sent_bytes), text_grouped(w->arrived_bytes));
}

static void print_remarks(FILE *out, const struct load_result *r)
{
	const struct ledger *l = &r->ledger;

	print_shared(out, l);
	if (l->unexplained > 0 && l->kernel.bursts)
		fprintf(out,
			"  This kernel counts nowhere what it drops in "
			"front of a queueing\n  discipline on the way "
			"(net.core.qdisc_max_burst; drop reason\n  "
			"QDISC_BURST_DROP), or when a device goes down.\n");
	if (r->queued)
		fprintf(out,
			"  %s packets were still in a queue of this host "
			"(tc -s qdisc)\n  and may leave, and arrive, later.\n",
			text_grouped(r->queued));
	if (l->server_seen && r->server_whole.asked)
		fprintf(out, "  Of the server's host, only the server's own "
			     "counters are known.\n");
	else if (l->server_seen && !l->kernel.server_known)
		fprintf(out, "  The counters of the server's namespace cannot "
			     "be read without root.\n");
	if (r->server_gone && l->server_seen)
		fprintf(out, "  The server ended before the run did: what it "
			     "had not read is lost.\n");
	else if (l->server_silent)
		fprintf(out, "  The server was not running when the run ended: "
			     "it may read some later.\n");
}

static void print_verdict(
	FILE *out, const struct ledger *l, bool gone, bool colour)
{
	bool good = ledger_balances(l);
	int64_t n = l->unexplained;

	if (!l->server_seen) {
		print_entry(out, "missing", "", (uint64_t)(n > 0 ? n : 0));
		fprintf(out, "\n  The server cannot be seen%s%s\n",
			gone ? " any more" : " from here",
			n > 0 ? ": what became of them is not known." : ".");
		return;
	}
	if (l->shared) {
		fprintf(out, "  The server has other clients too: its counters "
			     "are not of this run alone.\n");
		return;
	}
	fprintf(out, "  %s%-32s %s%*s%s  %s\n",
		STYLE(colour && !good, STYLE_RED), "unexplained",
		n < 0 ? "-" : "", n < 0 ? 21 : 22,
		text_grouped((uint64_t)(n < 0 ? -n : n)),
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
	/* Not part of the sum: datagrams that a refused train had already
	 * sent. */
	if (l->repeated) {
		print_entry(out, "repeated", "by refused trains", l->repeated);
		fputc('\n', out);
	}
	print_verdict(out, l, r->server_gone, colour);
	print_way(out, "requests", &l->way[LEDGER_REQUEST]);
	print_way(out, "replies", &l->way[LEDGER_REPLY]);
	print_remarks(out, r);
}
