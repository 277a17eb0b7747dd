/* SPDX-License-Identifier: MIT */
/* An open loop in the report for a person: its plan, and how well it was
 * kept. */
#include "cli/load/report/pace.h"

#include "cli/load/report/sends.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

const char *load_timed_by(const struct load_config *c)
{
	if (!c->socket.txtime)
		return "client";
	return c->socket.txtime_clock == CLOCK_TAI ? "etf" : "fq";
}

double load_planned(const struct load_options *o, const struct load_result *r)
{
	const struct pace_plan *plan = &o->config.pace;
	const struct replay *replay = o->config.replay;

	if (replay)
		return (double)(replay_due(replay, r->to_ns) -
				replay_due(replay, r->from_ns));
	return pace_planned(plan, r->to_ns) - pace_planned(plan, r->from_ns);
}

uint64_t load_not_sent(
	const struct load_options *o, const struct load_result *r)
{
	const struct load_counts *c = &r->whole;

	/* --count ends a plan before its time. */
	return o->config.count || c->due < c->sent ? 0 : c->due - c->sent;
}

double load_kept(const struct load_options *o, const struct load_result *r)
{
	double planned = load_planned(o, r), sent = (double)r->window.sent;

	/* --count ends a plan between two departures, and what became due until
	 * that was noticed does not matter. */
	if (o->config.count)
		return sent < planned ? sent / planned : 1;
	return r->due ? (double)r->kept / (double)r->due : 1;
}

bool load_kept_up(const struct load_options *o, const struct load_result *r)
{
	/* If there are few departures, the last may have become due just as the
	 * run ended. */
	uint32_t burst = o->config.replay ? 1 : o->config.pace.burst;
	uint64_t last = (uint64_t)o->config.threads * burst;

	if (load_kept(o, r) >= LOAD_KEPT_LEAST)
		return true;
	return o->config.count ? load_planned(o, r) - (double)r->window.sent <=
					 (double)last + 1
			       : r->due - r->kept <= last;
}

void load_print_pace(FILE *out, const struct load_config *c)
{
	double first = pace_rate_at(&c->pace, c->omit_ns);
	double last = pace_rate_at(&c->pace, c->omit_ns + c->time_ns - 1);

	/* A search for the rate has no rate of its own. */
	if (c->pace.step_count == 0) {
		fprintf(out, "open loop");
		return;
	}
	fprintf(out, "%s/s", text_si(first));
	if (first != last)
		fprintf(out, " to %s/s", text_si(last));
	fprintf(out, " in total, %s",
		c->pace.spacing == PACE_POISSON ? "Poisson" : "even");
	if (c->socket.txtime)
		fprintf(out, ", timed by %s", load_timed_by(c));
	if (c->pace.burst > 1)
		fprintf(out, ", bursts of %u", c->pace.burst);
}

static const char *quantile(const struct histogram *h, double share)
{
	return text_time((double)histogram_quantile(h, share));
}

/* How well the plan was kept: what left late, and what did not leave. */
void load_print_kept(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour)
{
	const struct load_config *c = &o->config;
	const struct histogram *lag = &r->histograms[LOAD_LAG];
	uint64_t big = r->whole.too_big, left = load_not_sent(o, r);

	left = left > big ? left - big : 0;
	if (c->mode != LOAD_PACED)
		return;
	if (lag->count == 0) {
		fprintf(out, "  pace        %s\n",
			r->due ? "nothing that was due was sent"
			       : "nothing was due");
		return;
	}
	fprintf(out,
		"  pace        %.2f %% sent; late by p50 %s  p99 %s  max %s\n",
		100 * load_kept(o, r), quantile(lag, 0.5), quantile(lag, 0.99),
		text_time((double)lag->max));
	if (big) {
		fprintf(out, "  %s%s not sent because they are too long: ",
			STYLE(colour, STYLE_RED), text_grouped(big));
		load_print_limit(out, o, r);
		fprintf(out, "%s\n", STYLE(colour, STYLE_END));
	}
	if (!load_kept_up(o, r) &&
		(double)left > (1 - LOAD_KEPT_LEAST) * (double)r->whole.due)
		fprintf(out,
			"  %sthe generator, or the kernel, did not keep up: %s "
			"not sent%s\n",
			STYLE(colour, STYLE_RED), text_grouped(left),
			STYLE(colour, STYLE_END));
}
