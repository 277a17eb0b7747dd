/* SPDX-License-Identifier: MIT */
#include "cli/load/report/stress.h"

#include "cli/load/peer/peer.h"
#include "cli/print/style.h"
#include "cli/print/text.h"
#include "core/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define INDENT  12
#define COLUMNS 80

static const struct {
	const char *key, *text;
} verdicts[] = {
	[STRESS_AS_EXPECTED] = {"as_expected", "as expected"},
	[STRESS_OTHERWISE] = {"otherwise", "otherwise"},
	[STRESS_FAILED] = {"failed", "FAILED"},
	[STRESS_SKIPPED] = {"skipped", "skipped"},
	[STRESS_CUT] = {"cut", "cut short"},
};

const char *stress_verdict_key(enum stress_verdict verdict)
{
	return verdicts[verdict].key;
}

void stress_print_progress(FILE *out, const struct stress_row *row)
{
	fprintf(out, "%-11s %-26s sent %s, came back %s", row->stress->name,
		row->name, text_grouped(row->packets),
		text_grouped(row->answered));
}

/* A paragraph of words, filled into lines. */
struct paragraph {
	FILE *out;
	int column; /* 0: it is still empty */
};

static void put(struct paragraph *p, const char *words, const char *behind)
{
	int n = (int)strlen(words) + (int)strlen(behind);

	if (p->column == 0 || p->column + 1 + n >= COLUMNS) {
		fprintf(p->out, "%s%*s", p->column ? "\n" : "", INDENT, "");
		p->column = INDENT;
	} else {
		fputc(' ', p->out);
		p->column++;
	}
	fprintf(p->out, "%s%s", words, behind);
	p->column += n;
}

/* There is always room for one character. */
static void put_mark(struct paragraph *p, char mark)
{
	fputc(mark, p->out);
	p->column++;
}

/* Text of any length, broken at blanks. */
static void put_text(struct paragraph *p, const char *text, const char *behind)
{
	char copy[200], *rest, *word, *next;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &rest); word; word = next) {
		next = strtok_r(NULL, " ", &rest);
		put(p, word, next ? "" : behind);
	}
}

static void put_sentence(struct paragraph *p, const char *text)
{
	char copy[200];

	if (!text || !*text)
		return;
	snprintf(copy, sizeof(copy), "%s", text);
	copy[0] = (char)toupper((unsigned char)copy[0]);
	put_text(p, copy, ".");
}

/* A list of counters after its title; nothing if none of them moved. */
struct list {
	struct paragraph *p;
	const char *of;
	bool begun;
};

static void put_count(struct list *l, const char *name, uint64_t n)
{
	char text[COUNT_NAME + UNITS_TEXT + 2];

	if (!n)
		return;
	if (!l->begun)
		put_text(l->p, l->of, ":");
	else
		put_mark(l->p, ',');
	l->begun = true;
	snprintf(text, sizeof(text), "%s %s", name, text_grouped(n));
	put(l->p, text, "");
}

static void end_list(struct list *l)
{
	if (l->begun)
		put_mark(l->p, '.');
}

static void put_moved(struct paragraph *p, const char *where,
	const struct count *list, size_t n)
{
	struct list l = {p, where};

	for (size_t i = 0; i < n; i++)
		if (!counts_is_plain(list[i].name))
			put_count(&l, list[i].name, list[i].value);
	end_list(&l);
}

static void put_lost(struct paragraph *p, const struct stress_row *row)
{
	struct list l = {p, "Lost"};
	const struct ledger *g = &row->ledger;

	for (size_t i = 0; row->ledgered && i < LEDGER_CAUSES; i++)
		put_count(&l, g->dropped[i].cause, g->dropped[i].datagrams);
	put_count(&l, "in sockets that were closed", row->closed);
	if (row->ledgered && g->unexplained > 0)
		put_count(&l, g->server_seen ? "unexplained" : "missing",
			(uint64_t)g->unexplained);
	end_list(&l);
}

static void put_client(struct paragraph *p, const struct stress_row *row)
{
	struct list l = {p, "Socket"};

	put_count(&l, "ICMP errors", row->reported);
	put_count(&l, "duplicates", row->duplicate);
	put_count(&l, "from others", row->foreign);
	end_list(&l);
}

static void put_server(struct paragraph *p, const struct stress_row *row)
{
	const struct ledger_server *s = &row->server;
	struct list l = {p, "Server"};

	for (size_t i = 0; row->server_seen && i < s->refused_count; i++)
		put_count(&l, s->refused[i].name, s->refused[i].datagrams);
	for (size_t i = 0; row->server_seen && i < s->failed_count; i++)
		put_count(&l, s->failed[i].name, s->failed[i].datagrams);
	end_list(&l);
}

static void print_details(FILE *out, const struct stress_row *row)
{
	struct paragraph p = {out, 0};

	put_sentence(&p, row->why);
	put_sentence(&p, row->rule);
	put_lost(&p, row);
	put_client(&p, row);
	put_server(&p, row);
	put_moved(&p, row->far_count ? "Kernel here" : "Kernel", row->near,
		row->near_count);
	put_moved(&p, "Kernel there", row->far, row->far_count);
	fputc('\n', out);
}

static const char *style_of(enum stress_verdict v, bool colour)
{
	switch (v) {
	case STRESS_AS_EXPECTED:
		return STYLE(colour, STYLE_GREEN);
	case STRESS_FAILED:
		return STYLE(colour, STYLE_RED);
	default:
		return STYLE(colour, STYLE_BOLD);
	}
}

static void print_row(FILE *out, const struct stress_row *row, bool colour)
{
	const char *verdict = verdicts[row->verdict].text;

	bool skipped = row->verdict == STRESS_SKIPPED;

	fprintf(out, "%-11s %-30s %10s %10s  %s%s%s\n", row->stress->name,
		row->name, skipped ? "" : text_grouped(row->packets),
		skipped ? "" : text_grouped(row->answered),
		style_of(row->verdict, colour), verdict,
		STYLE(colour, STYLE_END));
	print_details(out, row);
}

static void print_head(FILE *out, const struct load_options *o,
	const struct stress_result *r, bool colour)
{
	char peer[ADDRESS_TEXT], local[ADDRESS_TEXT], time[UNITS_TEXT];

	fprintf(out, "%sudpmill load %s%s", STYLE(colour, STYLE_BOLD),
		address_format(&o->config.socket.remote, peer),
		STYLE(colour, STYLE_END));
	load_peer_print(out, o);
	fprintf(out, "\n  stresses from %s%s%s, %s at most, seed=%u\n",
		address_format_host(&r->obtained.bound, local),
		o->netns ? " netns=" : "", o->netns ? o->netns : "",
		units_spell_time(o->config.time_ns, time), o->config.run);
}

static void print_sum(FILE *out, const struct stress_result *r)
{
	fprintf(out, "\nIn %.1f s%s:", r->seconds,
		r->interrupted ? ", then interrupted" : "");
	for (int i = 0; i <= STRESS_CUT; i++)
		if (r->verdicts[i])
			fprintf(out, " %" PRIu64 " %s,", r->verdicts[i],
				verdicts[i].text);
	fprintf(out, " digest %016" PRIx64 "\n", r->digest);
}

void stress_print_text(FILE *out, const struct load_options *o,
	const struct stress_result *r, bool colour)
{
	print_head(out, o, r, colour);
	fprintf(out, "\n%s%-11s %-30s %10s %10s  %s%s\n",
		STYLE(colour, STYLE_BOLD), "Stress", "Case", "packets", "back",
		"verdict", STYLE(colour, STYLE_END));
	for (size_t i = 0; i < r->count; i++)
		print_row(out, &r->rows[i], colour);
	print_sum(out, r);
}
