/* SPDX-License-Identifier: MIT */
#include "cli/load/report/frames.h"

#include "cli/print/json.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

#include <inttypes.h>
#include <stddef.h>

#define COLUMNS 80

/* The losses among them are in the ledger, too, as transmit, client_ring and
 * checksum. */
static const struct {
	const char *name, *text;
	size_t field;
	bool harmless;
} counts[] = {
	{"tx_dropped", "frames the device dropped",
		offsetof(struct load_counts, device_drops), false},
	{"rx_dropped", "no frame free for a reply",
		offsetof(struct load_counts, rx_dropped), false},
	{"rx_ring_full", "receive ring full",
		offsetof(struct load_counts, rx_ring_full), false},
	{"rx_checksum", "wrong UDP checksum",
		offsetof(struct load_counts, rx_checksum), false},
	{"rx_strange", "frames of no flow",
		offsetof(struct load_counts, rx_strange), false},
	{"fill_empty", "fill ring found empty",
		offsetof(struct load_counts, fill_empty), false},
	{"invalid", "descriptors that were refused",
		offsetof(struct load_counts, invalid), false},
	{"by_stack", "replies that came by the stack",
		offsetof(struct load_counts, stack), true},
};

#define COUNTS (sizeof(counts) / sizeof(counts[0]))

const char *load_frames_name(size_t i)
{
	return i < COUNTS ? counts[i].name : NULL;
}

uint64_t load_frames_value(const struct load_counts *c, size_t i)
{
	return *(const uint64_t *)((const char *)c + counts[i].field);
}

void load_print_facts(FILE *out, const struct load_result *r)
{
	int column = 0;

	for (uint32_t i = 0; i < r->fact_count; i++) {
		const struct load_fact *f = &r->facts[i];
		char text[64];
		int n = *f->text ? snprintf(text, sizeof(text), "%s=%s",
					   f->name, f->text)
				 : snprintf(text, sizeof(text), "%s=%" PRIu64,
					   f->name, f->number);

		if (column && column + 1 + n > COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		column += fprintf(out, "%s%s", column ? " " : "  ", text);
	}
	if (r->fact_count)
		fputc('\n', out);
}

void load_print_frames(FILE *out, const struct load_result *r, bool colour)
{
	for (size_t i = 0; r->fact_count && i < COUNTS; i++) {
		bool red = colour && !counts[i].harmless;
		uint64_t n = load_frames_value(&r->whole, i);

		if (n)
			fprintf(out, "  %s%-36s %18s%s\n",
				STYLE(red, STYLE_RED), counts[i].text,
				text_grouped(n), STYLE(red, STYLE_END));
	}
}

void load_facts_json(json_t *config, const struct load_result *r)
{
	json_t *facts;

	if (!config || !r->fact_count)
		return;
	facts = json_object();
	for (uint32_t i = 0; i < r->fact_count; i++) {
		const struct load_fact *f = &r->facts[i];

		json_set(facts, f->name,
			*f->text ? json_string(f->text)
				 : json_number(f->number));
	}
	json_set(config, r->engine, facts);
}

void load_frames_json(json_t *report, const struct load_result *r)
{
	json_t *all;

	if (!report || !r->fact_count)
		return;
	all = json_object();
	for (size_t i = 0; i < COUNTS; i++)
		json_set(all, counts[i].name,
			json_number(load_frames_value(&r->whole, i)));
	json_set(report, "frames", all);
}
