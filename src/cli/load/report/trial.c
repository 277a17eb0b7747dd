/* SPDX-License-Identifier: MIT */
#include "cli/load/report/trial.h"

#include "cli/load/report/latency.h"
#include "cli/load/report/ledger.h"
#include "cli/print/block.h"
#include "cli/print/json.h"

#include <stdio.h>

void load_trial_print(const struct load_trial *t, unsigned number)
{
	char text[TRIAL_LINE_ROOM];

	load_trial_line(t, number, text);
	block_aside();
	fputs(text, stderr);
	block_back();
}

/* With the ledger if it does not balance, as that needs an explanation. */
json_t *load_trial_json(const struct load_trial *t, const struct load_result *r)
{
	return json_pack(
		"{s:f, s:f, s:I, s:I, s:f, s:I, s:I, s:f, s:s, s:s?, s:b, "
		"s:I, s:o, s:o, s:f}",
		"rate", t->rate, "sent_per_second", t->sent_rate, "sent",
		(json_int_t)t->sent, "lost", (json_int_t)t->lost, "loss",
		t->loss, "latency_p50_ns", (json_int_t)t->p50_ns,
		"latency_p99_ns", (json_int_t)t->p99_ns,
		"server_ns_per_datagram", t->server_ns, "outcome",
		load_trial_outcome(t->outcome), "main_cause", t->cause,
		"balances", t->balances, "trains_refused",
		(json_int_t)t->trains_refused, "ledger",
		t->balances ? json_null() : load_ledger_json(r), "latency_ns",
		latency_json(&r->histograms[LOAD_LATENCY]), "seconds",
		r->seconds);
}
