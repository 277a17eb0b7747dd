/* SPDX-License-Identifier: MIT */
/* Sends that the kernel refused, or copied against the engine's wish, in both
 * reports. */
#include "cli/load/report/sends.h"

#include "cli/print/json.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

/* In bytes of payload; 0 if the path's MTU is not known. */
static uint32_t payload_max(
	const struct load_options *o, const struct load_result *r)
{
	return r->path_mtu ? load_payload_max(&o->config, r->path_mtu) : 0;
}

bool load_nothing_fits(const struct load_result *r)
{
	const struct load_counts *c = &r->whole;

	if (!c->too_big || c->answered || r->ledger.delivered)
		return false;
	return c->sent <= c->too_big_reports * r->train_planned;
}

void load_print_limit(
	FILE *out, const struct load_options *o, const struct load_result *r)
{
	const struct load_config *c = &o->config;
	uint32_t most = payload_max(o, r);

	if (most && most < c->sizes.most)
		fprintf(out, "the path's MTU is %u, which leaves %u bytes",
			r->path_mtu, most);
	else
		fprintf(out, "they are longer than the path takes");
	if (c->socket.dontfrag)
		fprintf(out, " with --dont-fragment");
}

void load_print_trains(
	FILE *out, const struct load_options *o, const struct load_result *r)
{
	if (r->train_planned <= 1) {
		fprintf(out, "no trains");
		return;
	}
	fprintf(out, "trains of %u", r->train_planned);
	if (!r->trainless)
		return;
	if (r->train_least > 1)
		fprintf(out, " were refused, then trains of %u",
			r->train_least);
	else
		fprintf(out, " were refused, then single datagrams");
	if (r->trainless < o->config.threads)
		fprintf(out, " (%u threads)", r->trainless);
}

static void print_count(FILE *out, const char *what, uint64_t n, bool colour)
{
	if (n)
		fprintf(out, "  %s%-36s %18s%s\n", STYLE(colour, STYLE_RED),
			what, text_grouped(n), STYLE(colour, STYLE_END));
}

/* The engine was chosen for it, so that a share of 0 is said, too. */
static void print_copies(FILE *out, const struct load_result *r)
{
	const struct load_counts *c = &r->whole;
	double all = c->lent ? (double)c->lent : 1;

	if (!r->lends)
		return;
	fprintf(out, "  %-36s %18s\n", "zero-copy sends",
		text_grouped(c->lent));
	if (c->copied)
		fprintf(out, "    %.1f %% of them were copied by the kernel\n",
			100 * (double)c->copied / all);
	if (c->slots_renewed)
		fprintf(out,
			"    after %.1f %% of them, pages were replaced, "
			"because the kernel\n    might still have needed the "
			"old ones\n",
			100 * (double)c->slots_renewed / all);
}

void load_print_sends(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour)
{
	const struct load_counts *c = &r->whole;

	print_copies(out, r);
	print_count(
		out, "sends refused by the queue (ENOBUFS)", c->nobufs, colour);
	print_count(out, "not sent: too long (EMSGSIZE)", c->too_big, colour);
	if (c->too_big) {
		fprintf(out, "    ");
		load_print_limit(out, o, r);
		fputc('\n', out);
	}
	print_count(out, "trains refused", c->trains_refused, colour);
	print_count(out, "sends that failed otherwise", c->send_errors, colour);
}

static json_t *copies_json(const struct load_result *r)
{
	const struct load_counts *c = &r->whole;

	if (!r->lends)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "sends", json_number(c->lent),
		"copied", json_number(c->copied), "slots_renewed",
		json_number(c->slots_renewed));
}

json_t *load_sends_json(
	const struct load_options *o, const struct load_result *r)
{
	const struct load_counts *c = &r->whole;
	uint32_t most = payload_max(o, r);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"messages", json_number(c->sent_messages), "no_room",
		json_number(c->blocked), "no_buffers", json_number(c->nobufs),
		"too_big", json_number(c->too_big), "too_big_reports",
		json_number(c->too_big_reports), "trains_refused",
		json_number(c->trains_refused), "failed",
		json_number(c->send_errors), "path_mtu",
		r->path_mtu ? json_number(r->path_mtu) : json_null(),
		"length_max", most ? json_number(most) : json_null(),
		"zerocopy", copies_json(r));
}
