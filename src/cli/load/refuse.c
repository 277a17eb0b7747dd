/* SPDX-License-Identifier: MIT */
#include "cli/load/refuse.h"

#include "cli/args/usage.h"

#include <stddef.h>
#include <string.h>

/* A kind of run, and the flag of all options that it excludes. */
static const struct kind {
	const char *option;
	int flag;
	const char *why;
} kinds[] = {
	{"stress", LOAD_NOT_STRESS,
		"--stress itself decides what is sent, and when"},
	{"stages", LOAD_NOT_STAGES, "--stages sends one datagram at a time"},
	{"pcap", LOAD_NOT_PCAP, "--pcap decides what is sent, and when"},
	{"find-capacity", LOAD_NOT_SEARCH, "--find-capacity runs many trials"},
	{"count-windows", LOAD_NOT_COUNTED,
		"--count-windows makes one thread run by count, and not by "
		"time"},
};

/* What such a run does anyway, so it is not refused. */
static const struct {
	const char *option, *value;
} harmless[] = {
	{"train", "off"},
	{"train", "1"},
	{"flows", "1"},
	{"threads", "1"},
	{"verify", "header"},
};

/* Options of which only one value is refused. */
static const struct {
	const char *option, *text;
} texts[] = {
	{"verify", "--verify full"},
	{"kernel-pacing", "--kernel-pacing=txtime"},
};

static bool is_harmless(const struct load_parsing *p, const struct load_key *k)
{
	const char *name = k->option->name;

	if (strcmp(name, "kernel-pacing") == 0)
		return !p->socket.txtime;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(name, harmless[i].option) == 0 &&
			strcmp(k->value, harmless[i].value) == 0)
			return true;
	return false;
}

static _Noreturn void refuse(const struct kind *kind, const char *name)
{
	bool flood = kind->flag == LOAD_NOT_PCAP && strcmp(name, "flood") == 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(name, texts[i].option) == 0)
			usage_clash(kind->option,
				"%s, so it cannot be combined with %s",
				kind->why, texts[i].text);
	usage_clash(kind->option, "%s, so it cannot be combined with --%s%s",
		kind->why, name, flood ? "; use --speed max" : "");
}

static void refuse_kind(const struct load_parsing *p, const struct kind *kind)
{
	const struct load_scenario *s = &p->o->scenario;

	for (unsigned i = 0; i < s->count; i++) {
		const struct load_key *k = &s->keys[i];

		if (k->value && k->option->flags & kind->flag &&
			!is_harmless(p, k))
			refuse(kind, k->option->name);
	}
}

/* Refuses contradictory rates and windows. */
static void refuse_loops(const struct load_parsing *p)
{
	bool open = load_pace_is_open(&p->pace);

	if (p->o->config.in_flight && (p->flood || open))
		usage_clash("in-flight",
			"--in-flight needs a closed loop: neither a rate nor "
			"--flood waits for replies");

	if (p->flood && open)
		usage_clash("flood", "--flood and a rate exclude each other; "
				     "give one of them");
	if (p->flood && p->o->config.window)
		usage_clash("flood", "--flood and --window exclude each other; "
				     "give one of them");
	if (open && p->o->config.window)
		usage_clash("window",
			"--window cannot be combined with a rate: an "
			"open loop does not wait for replies");
}

/* Refuses checks of what nobody sends or looks at. */
static void refuse_checks(const struct load_parsing *p)
{
	const struct load_config *c = &p->o->config;
	bool looks = !load_said(p, "expect") || c->replies == REPLIES_PROBES ||
		     c->replies == REPLIES_TEXT;

	if (p->payload && (load_said(p, "length") || load_said(p, "content") ||
				  c->verify_full))
		usage_clash("payload",
			"--payload cannot be combined with --length, --content "
			"or --verify full: the file says what a datagram is, "
			"and nothing of replies");
	if (c->verify_full && !looks)
		usage_clash("verify",
			"--verify full needs --expect probes: other replies "
			"are counted, and not compared with what was sent");
}

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

void load_refuse(const struct load_parsing *p)
{
	const struct load_scenario *s = &p->o->scenario;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (unsigned k = 0; k < s->count; k++)
			if (s->keys[k].value && strcmp(s->keys[k].option->name,
							kinds[i].option) == 0)
				refuse_kind(p, &kinds[i]);
	refuse_checks(p);
	if (p->pace.find_capacity && p->o->max_loss_said)
		usage_clash("max-loss", "--max-loss cannot be combined with "
					"--find-capacity; use --loss");
	if (p->o->csv_steps && !p->pace.ramp.ns)
		usage_clash("csv-steps", "--csv-steps writes the steps of "
					 "--ramp, which is not given");
	if (is_stdout(p->o->csv_steps) && is_stdout(p->o->csv))
		usage_clash("csv-steps", "--csv and --csv-steps would both "
					 "write to standard output; give one "
					 "of them a name");
	refuse_loops(p);
}
