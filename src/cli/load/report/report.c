/* SPDX-License-Identifier: MIT */
#include "cli/load/report/report.h"

#include "cli/load/names.h"
#include "cli/load/peer/peer.h"
#include "cli/load/report/checks.h"
#include "cli/load/report/frames.h"
#include "cli/load/report/ledger.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/pace.h"
#include "cli/load/report/sends.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void load_print_interval(FILE *out, const struct load_interval *i)
{
	fprintf(out, "%6.1f s  sent %8s/s %12s  answered %8s/s ",
		i->start_s + i->seconds, text_si((double)i->sent / i->seconds),
		text_bits(i->sent_bytes, i->seconds),
		text_si((double)i->answered / i->seconds));
	if (i->lost)
		fprintf(out, "%7s/s lost",
			text_si((double)i->lost / i->seconds));
	else
		fprintf(out, "%12s", text_bits(i->answered_bytes, i->seconds));
	fputs(i->omitted ? " warm-up" : "", out);
}

static void print_mode(FILE *out, const struct load_config *c)
{
	if (c->mode == LOAD_FLOOD)
		fprintf(out, "flood");
	else if (c->mode == LOAD_PACED)
		load_print_pace(out, c);
	else
		fprintf(out, "%u in flight %s",
			c->in_flight ? c->in_flight : c->window,
			c->in_flight ? "in all flows together" : "per flow");
	if (c->spin_ns == SPIN_ALWAYS)
		fprintf(out, ", spinning");
	else if (c->spin_ns)
		fprintf(out, ", spinning for %s",
			text_time((double)c->spin_ns));
}

static const char *checked(const struct load_config *c)
{
	if (c->replies == REPLIES_NONE)
		return "nothing";
	if (c->replies == REPLIES_ANY)
		return "number of replies";
	if (c->replies == REPLIES_TEXT)
		return "text";
	return c->verify_full ? "header and payload" : "header";
}

/* In two lines, if one would have more than 80 columns. */
static void print_sockets(
	FILE *out, const struct load_options *o, const struct load_result *r)
{
	char rest[80];
	int width, more;

	width = fprintf(out, "  from=%s%s%s", r->local,
		o->netns ? " netns=" : "", o->netns ? o->netns : "");
	more = snprintf(rest, sizeof(rest),
		"rcvbuf=%u sndbuf=%u gro=%s seed=%u", r->rcvbuf, r->sndbuf,
		r->gro ? "on" : "off", o->config.run);
	fprintf(out, "%s%s\n", width + 1 + more > 80 ? "\n  " : " ", rest);
}

void load_print_head(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour)
{
	const struct load_config *c = &o->config;
	char peer[ADDRESS_TEXT];

	fprintf(out, "%sudpmill load %s%s", STYLE(colour, STYLE_BOLD),
		address_format(&c->socket.remote, peer),
		STYLE(colour, STYLE_END));
	load_peer_print(out, o);
	fprintf(out, "\n  ");
	if (sizes_mixed(&c->sizes))
		fprintf(out, "%u to %u bytes (mean %.0f)", c->sizes.least,
			c->sizes.most, c->sizes.mean);
	else
		fprintf(out, "%u bytes", c->sizes.most);
	fprintf(out, ", %u flow%s", c->flows, c->flows == 1 ? "" : "s");
	if (c->flow_lifetime_ns)
		fprintf(out, " of %s", text_time((double)c->flow_lifetime_ns));
	fprintf(out, ", %u thread%s, ", c->threads, c->threads == 1 ? "" : "s");
	load_print_trains(out, o, r);
	fprintf(out, "\n  ");
	if (c->replay)
		load_replay_print(out, &o->replay);
	else
		print_mode(out, c);
	fprintf(out, "%s%s checked, engine %s\n", c->replay ? "" : ", ",
		checked(c), r->engine);
	print_sockets(out, o, r);
	load_print_facts(out, r);
}

static void print_rate(FILE *out, const char *what, uint64_t datagrams,
	uint64_t bytes, double seconds)
{
	fprintf(out, "  %-10s %10s/s %15s %24s\n", what,
		text_si((double)datagrams / seconds), text_bits(bytes, seconds),
		text_grouped(datagrams));
}

static void print_rates(FILE *out, const struct load_result *r)
{
	const struct load_counts *w = &r->window;

	fprintf(out, "\nMeasured over %.2f s%s\n", r->seconds,
		r->interrupted ? ", then interrupted" : "");
	print_rate(out, "sent", w->sent, w->sent_bytes, r->seconds);
	if (r->window_seen)
		print_rate(out, "delivered",
			r->server_window.counters.delivered,
			r->server_window.counters.delivered_bytes, r->seconds);
	print_rate(out, "answered", w->answered, w->answered_bytes, r->seconds);
}

static void print_flows(
	FILE *out, const struct load_config *c, const struct load_result *r)
{
	if (c->flow_lifetime_ns)
		fprintf(out, "  flows       %s opened in total\n",
			text_grouped(r->flows_opened));
}

static const char *quantile(const struct histogram *h, double share)
{
	return text_time((double)histogram_quantile(h, share));
}

/* Percentiles with fewer than ten values above them are left out. */
static void print_tail(FILE *out, const struct histogram *h)
{
	static const struct {
		const char *name;
		double share;
	} tails[] = {
		{"p99.9", 0.999}, {"p99.99", 0.9999}, {"p99.999", 0.99999}};

	fprintf(out, "            ");
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if ((double)h->count * (1 - tails[i].share) >= 10)
			fprintf(out, "  %s %s", tails[i].name,
				quantile(h, tails[i].share));
	fprintf(out, "  max %s\n", text_time((double)h->max));
}

static void print_jitter(FILE *out, const struct load_result *r)
{
	const struct histogram *h = &r->histograms[LOAD_LATENCY];
	const struct load_jitter *j = &r->jitter;
	uint64_t low = h->min;

	if (j->flows)
		fprintf(out, "  jitter      mean %s  max %s of %llu flow%s\n",
			text_time(j->sum_ns / (double)j->flows),
			text_time((double)j->most_ns),
			(unsigned long long)j->flows, j->flows == 1 ? "" : "s");
	fprintf(out, "  above min   p50 %s  p99 %s",
		text_time((double)(histogram_quantile(h, 0.5) - low)),
		text_time((double)(histogram_quantile(h, 0.99) - low)));
	if (h->count >= 10000)
		fprintf(out, "  p99.9 %s",
			text_time(
				(double)(histogram_quantile(h, 0.999) - low)));
	fprintf(out, "  max %s\n", text_time((double)(h->max - low)));
}

static void print_latency(FILE *out, const struct load_result *r)
{
	const struct histogram *h = &r->histograms[LOAD_LATENCY];
	const struct histogram *there = &r->histograms[LOAD_THERE];
	const struct histogram *back = &r->histograms[LOAD_BACK];

	if (h->count == 0)
		return;
	fprintf(out, "  round trip  min %s  p50 %s  p90 %s  p99 %s\n",
		text_time((double)h->min), quantile(h, 0.5), quantile(h, 0.9),
		quantile(h, 0.99));
	print_tail(out, h);
	print_jitter(out, r);
	if (there->count)
		fprintf(out,
			"  one way     there p50 %s  p99 %s, back p50 %s  p99 "
			"%s\n",
			quantile(there, 0.5), quantile(there, 0.99),
			quantile(back, 0.5), quantile(back, 0.99));
}

static const char *share(uint64_t part, uint64_t whole)
{
	static char text[4][16];
	static unsigned next;
	char *out = text[next++ % 4];

	snprintf(out, 16, "%.4g %%", 100 * (double)part / (double)whole);
	return out;
}

/* What the path changed of the marks that were set, if the server counts
 * them. */
static void print_marks(FILE *out, const struct load_result *r)
{
	struct marks_kept k;

	marks_compare(&k, &r->server_whole.marks, r->tos, r->ttl);
	if (!r->server_seen || !k.datagrams)
		return;
	fprintf(out, "  marks       DSCP %u kept by %s", r->tos >> 2,
		share(k.dscp_least, k.datagrams));
	if (k.dscp_least != k.dscp_most)
		fprintf(out, " to %s", share(k.dscp_most, k.datagrams));
	fprintf(out, ", ECN %s by %s", load_ecn_names[r->tos & 3],
		share(k.ecn, k.datagrams));
	if (k.ttl_kept)
		fprintf(out, ", TTL %u by all\n", r->ttl);
	else
		fprintf(out, ", TTL %u came as %.4g\n", r->ttl, k.ttl_mean);
}

static double per(double what, uint64_t n)
{
	return n ? what / (double)n : 0;
}

/* The kernel counts in ticks of a few milliseconds: below thirty ticks, shares
 * mean nothing. */
static void print_user(FILE *out, uint64_t user_ns, uint64_t all_ns)
{
	if (all_ns >= 120000000u)
		fprintf(out, " (%.0f %% user)",
			100 * (double)user_ns / (double)all_ns);
}

static void print_cpu(FILE *out, const struct load_result *r)
{
	const struct load_cpu *c = &r->client;
	const struct load_server *s = &r->server_whole;
	uint64_t client = c->user_ns + c->system_ns;
	uint64_t server = s->cpu_user_ns + s->cpu_system_ns;

	fprintf(out, "  CPU         client %s",
		text_time(per((double)client, r->window.sent)));
	print_user(out, c->user_ns, client);
	if (r->server_seen) {
		fprintf(out, ", server %s",
			text_time(per((double)server, s->counters.delivered)));
		print_user(out, s->cpu_user_ns, server);
	}
	fprintf(out, " a datagram\n");
}

static void print_spins(
	FILE *out, const struct load_options *o, const struct load_result *r)
{
	if (!spin_limit_ns(o->config.spin_ns))
		return;
	fprintf(out, "  spins       %s succeeded",
		text_grouped(r->whole.spins_succeeded));
	fprintf(out, ", %s failed\n", text_grouped(r->whole.spins_failed));
}

void load_print_text(FILE *out, const struct load_options *o,
	const struct load_result *r, bool colour)
{
	const struct load_loss loss = load_loss_of(o, r);

	load_print_head(out, o, r, colour);
	print_rates(out, r);
	print_flows(out, &o->config, r);
	print_latency(out, r);
	load_print_kept(out, o, r, colour);
	print_marks(out, r);
	print_cpu(out, r);
	print_spins(out, o, r);
	load_print_ledger(out, r, colour);
	load_loss_print(out, o, &loss, colour);
	load_print_checks(out, r, colour);
	load_print_sends(out, o, r, colour);
	load_print_frames(out, r, colour);
}
