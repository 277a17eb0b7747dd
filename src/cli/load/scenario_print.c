/* SPDX-License-Identifier: MIT */
/* --print-scenario: prints values that were chosen, or are defaults, as they
 * ended up, and all others as they were given. */
#include "cli/load/scenario_print.h"

#include "cli/args/scenario.h"
#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/load/names.h"
#include "core/units.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define TEXT ADDRESS_TEXT

#define WINDOW (1u << LOAD_WINDOW)
#define FLOOD  (1u << LOAD_FLOOD)
#define PACED  (1u << LOAD_PACED)
#define REPLAY (1u << 3) /* paced, but by a capture */
#define MADE   (WINDOW | FLOOD | PACED)
#define ALWAYS (MADE | REPLAY)

enum kind {
	PEER,
	LENGTH,
	CONTENT,
	COUNT,
	IN_FLIGHT,
	YES,
	TRAIN,
	SWITCH,
	RATE,
	BITRATE,
	LOSS,
	SPACING,
	TIME,
	VERIFY,
	EXPECT,
	SIZE,
};

/* An option whose value may differ from what was given. */
static const struct row {
	const char *key;
	unsigned modes; /* in which it has an effect */
	enum kind kind;
	size_t offset; /* in struct load_config, if the kind needs it */
} rows[] = {
#define OF(field) offsetof(struct load_config, field)
	{"peer", ALWAYS, PEER},
	{"length", MADE, LENGTH},
	{"content", MADE, CONTENT},
	{"flows", ALWAYS, COUNT, OF(flows)},
	{"threads", ALWAYS, COUNT, OF(threads)},
	{"flood", FLOOD, YES},
	{"window", WINDOW, COUNT, OF(window)},
	{"in-flight", WINDOW, IN_FLIGHT},
	{"train", MADE, TRAIN, OF(train)},
	{"gro", ALWAYS, SWITCH, OF(socket.gro)},
	{"rate", PACED, RATE},
	{"bitrate", PACED, BITRATE},
	{"loss", PACED, LOSS},
	{"spacing", PACED, SPACING},
	{"burst", PACED, COUNT, OF(pace.burst)},
	{"time", ALWAYS, TIME, OF(time_ns)},
	{"omit", ALWAYS, TIME, OF(omit_ns)},
	{"interval", ALWAYS, TIME, OF(interval_ns)},
	{"verify", ALWAYS, VERIFY},
	{"expect", ALWAYS, EXPECT},
	{"rcvbuf", ALWAYS, SIZE, OF(socket.rcvbuf)},
	{"sndbuf", ALWAYS, SIZE, OF(socket.sndbuf)},
	{"seed", ALWAYS, COUNT, OF(run)},
#undef OF
};

static const char *show_count(uint32_t n, char text[TEXT])
{
	snprintf(text, TEXT, "%u", n);
	return text;
}

static const char *show_rate(
	const struct load_pace *p, bool bits, char text[TEXT])
{
	char number[UNITS_TEXT];

	if (p->rate <= 0 || p->bits != bits)
		return NULL;
	snprintf(text, TEXT, "%s%s", units_spell_rate(p->rate, number),
		p->per_flow ? "/flow" : "");
	return text;
}

/* A run that only ends with its capture has no time. */
static const char *show_time(uint64_t ns, char text[TEXT])
{
	return ns < LOAD_REPLAY_UNBOUNDED_NS ? units_spell_time(ns, text)
					     : NULL;
}

/* With as few digits as give the same value when read back. */
static const char *show_loss(const struct load_options *o, char text[TEXT])
{
	if (!o->find_capacity)
		return NULL;
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, TEXT, "%.*g", digits, o->loss);
		if (strtod(text, NULL) == o->loss)
			break;
	}
	return text;
}

/* --stages has one flow, and no trains. */
static bool of_stages(const struct row *row)
{
	static const char *const others[] = {"flows", "threads", "window",
		"in-flight", "train", "gro", "verify", "expect", "content"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(row->key, others[i]) == 0)
			return false;
	return true;
}

/* Stresses decide by themselves what is sent. */
static bool of_stress(const struct row *row)
{
	static const char *const own[] = {
		"peer", "time", "expect", "rcvbuf", "sndbuf", "seed"};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(row->key, own[i]) == 0)
			return true;
	return false;
}

/* NULL: it has no effect, and is not printed. */
static const char *show(
	const struct row *row, const struct load_parsing *p, char text[TEXT])
{
	const struct load_config *c = &p->o->config;
	const void *field = (const char *)c + row->offset;

	if (!(row->modes & (c->replay ? REPLAY : 1u << c->mode)) ||
		(p->o->stages && !of_stages(row)) ||
		(p->o->stress && !of_stress(row)))
		return NULL;
	switch (row->kind) {
	case PEER:
		return address_format(&c->socket.remote, text);
	case LENGTH:
		return c->payload ? NULL : p->length;
	case CONTENT:
		return c->payload ? NULL : load_content_names[c->content];
	case COUNT:
		return show_count(*(const uint32_t *)field, text);
	case IN_FLIGHT:
		return c->in_flight ? show_count(c->in_flight, text) : NULL;
	case YES:
		return "yes";
	case TRAIN:
		return c->train > 1 ? show_count(c->train, text) : "off";
	case SWITCH:
		return *(const bool *)field ? "on" : "off";
	case RATE:
		return show_rate(&p->pace, false, text);
	case BITRATE:
		return show_rate(&p->pace, true, text);
	case LOSS:
		return show_loss(p->o, text);
	case SPACING:
		return load_spacing_names[p->pace.poisson];
	case TIME:
		return show_time(*(const uint64_t *)field, text);
	case VERIFY:
		return load_verify_names[c->verify_full];
	case EXPECT:
		return load_replies_names[c->replies];
	case SIZE:
		return units_spell_size(*(const uint64_t *)field, text);
	}
	return NULL;
}

static const char *value_of(
	const struct load_key *k, const struct load_parsing *p, char text[TEXT])
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].key, k->option->name) == 0)
			return show(&rows[i], p, text);
	return k->option->flags & LOAD_COMMAND_LINE_ONLY ? NULL : k->value;
}

static void print_section(
	FILE *out, const struct load_parsing *p, unsigned section, bool last)
{
	const struct load_scenario *s = &p->o->scenario;
	const char *heading = load_sections[section];
	char text[TEXT];

	for (unsigned i = 0; i < s->count; i++) {
		const struct load_key *k = &s->keys[i];
		const char *value = value_of(k, p, text);

		/* Groups without a section of their own go into the last
		 * one. */
		if (!value ||
			(k->group != section && !(last && k->group > section)))
			continue;
		if (heading)
			fprintf(out, "\n[%s]\n", heading);
		heading = NULL;
		if (scenario_write(out, k->option->name, value))
			usage_error(k->option->name,
				"\"%s\" cannot be written to a scenario: it is "
				"too long, begins or ends with a blank, or "
				"holds a comment or a control character",
				value);
	}
}

void load_scenario_print(FILE *out, const struct load_parsing *p)
{
	size_t bytes;
	char *text;
	FILE *whole = open_memstream(&text, &bytes);

	if (!whole)
		load_fail(EXIT_SYSTEM, "%s", strerror(errno));
	fprintf(whole, "# For udpmill load --scenario; see "
		       "udpmill-scenario(5).\n");
	for (unsigned i = 0; load_sections[i]; i++)
		print_section(whole, p, i, !load_sections[i + 1]);
	if (fclose(whole))
		load_fail(EXIT_SYSTEM, "%s", strerror(errno));
	fwrite(text, 1, bytes, out);
	free(text);
}
