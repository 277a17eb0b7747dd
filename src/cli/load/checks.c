/* SPDX-License-Identifier: MIT */
#include "cli/load/checks.h"

#include "cli/args/option.h"
#include "cli/load/names.h"
#include "cli/load/said.h"
#include "cli/print/say.h"

enum key {
	KEY_VERIFY = 0x500,
	KEY_EXPECT,
	KEY_MAX_LOSS,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Checks:", 4},
	{"verify", KEY_VERIFY, "header|full",
		LOAD_NOT_STAGES | LOAD_NOT_STRESS | LOAD_NOT_PCAP,
		"Check number, flow, run and length of each reply (default), "
		"or the payload, too",
		0},
	{"expect", KEY_EXPECT, "probes|text|any|none", 0,
		"What the peer replies: probes (echo, reflect), text (length), "
		"anything, or nothing (default: what a known server does, else "
		"probes)",
		0},
	{"max-loss", KEY_MAX_LOSS, "SHARE", LOAD_NOT_STRESS,
		"Fail the run (exit code 1) if more than this share is lost: "
		"1%, 0.001, 0",
		0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct load_parsing *p = state->input;
	struct load_options *o = p->o;

	switch (key) {
	case KEY_VERIFY:
		o->config.verify_full =
			option_word("verify", arg, load_verify_names) == 1;
		return 0;
	case KEY_EXPECT:
		o->config.replies = (enum load_replies)option_word(
			"expect", arg, load_replies_names);
		return 0;
	case KEY_MAX_LOSS:
		o->max_loss = option_share("max-loss", arg);
		o->max_loss_said = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp load_checks_argp = {.options = options, .parser = parse};

/* What is not checked must not pass for checked. */
void load_checks_adapt(struct load_parsing *p)
{
	struct load_options *o = p->o;
	enum load_replies replies = o->config.replies;

	if (!o->config.verify_full || replies == REPLIES_PROBES)
		return;
	o->config.verify_full = false;
	o->verify_why_not =
		replies == REPLIES_NONE
			? "the peer does not reply, so no payload comes back; "
			  "the ledger compares datagrams and bytes"
			: "the peer replies with a text, in which only the "
			  "number is checked";
	if (!o->print_scenario)
		say("--verify full has no effect: %s", o->verify_why_not);
}
