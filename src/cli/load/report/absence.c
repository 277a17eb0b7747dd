/* SPDX-License-Identifier: MIT */
#include "cli/load/report/absence.h"

#include "cli/print/text.h"

#include <stdio.h>
#include <string.h>

#define TEXT 256

static void say_refusals(const struct load_result *r, char text[TEXT])
{
	snprintf(text, TEXT,
		"nobody listens any more (%s ICMP port unreachable, from "
		"%.1f s to %.1f s of the run)",
		text_grouped(r->whole.refused),
		(double)r->refused_first_ns / 1e9,
		(double)r->refused_last_ns / 1e9);
}

/* Should the peer have replied to what it was sent? */
static bool keeps_silent(
	const struct load_options *o, const struct load_result *r)
{
	return !r->server_seen && r->whole.answered == 0 && !r->queued &&
	       r->whole.corrupt == 0 && o->config.mode != LOAD_FLOOD &&
	       o->config.replies != REPLIES_NONE;
}

bool load_absence_say(const struct load_options *o, const struct load_result *r,
	char *why, size_t why_bytes)
{
	char peer[ADDRESS_TEXT], what[TEXT] = "";

	address_format(&o->config.socket.remote, peer);
	if (r->absence == ABSENCE_NOBODY) {
		snprintf(why, why_bytes,
			"nobody listens at %s (ICMP port unreachable)", peer);
		return true;
	}
	if (o->past.wrong)
		snprintf(what, TEXT,
			"the server reports counters that cannot be true: "
			"they are too large, or went backwards");
	else if (r->server_gone && o->view.reader)
		snprintf(what, TEXT, "the server ended during the run");
	else if (r->absence == ABSENCE_GONE)
		say_refusals(r, what);
	else if (r->server_gone)
		snprintf(what, TEXT,
			"the server no longer reports its counters");
	else if (r->ledger.server_silent)
		snprintf(what, TEXT,
			"the server was not running when the run ended");
	else if (r->absence == ABSENCE_SILENT)
		snprintf(what, TEXT,
			"no reply in %.0f s; to wait longer, use --timeout; "
			"for a peer that does not reply, use --flood or "
			"--expect none",
			(double)r->to_ns / 1e9);
	else if (keeps_silent(o, r))
		snprintf(what, TEXT,
			"not one reply came; for a peer that does not reply, "
			"use --expect none");
	snprintf(why, why_bytes, "%s: %s", peer, what);
	return *what;
}
