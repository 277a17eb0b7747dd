/* SPDX-License-Identifier: MIT */
#include "cli/load/report/stages.h"

#include "cli/load/peer/peer.h"
#include "cli/load/report/loss.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

#include <string.h>

const struct stage_name *stage_name(enum stage stage)
{
	static const struct stage_name names[STAGES] = {
		[STAGE_TO_QDISC] = {"application_to_qdisc",
			"application to qdisc"},
		[STAGE_TO_DRIVER] = {"qdisc_to_driver", "qdisc to driver"},
		[STAGE_PEER] = {"wire_and_peer", "wire and peer"},
		[STAGE_TO_APPLICATION] = {"driver_to_application",
			"driver to application"},
		[STAGE_REQUEST] = {"driver_to_server", "  driver to server"},
		[STAGE_REPLY] = {"server_to_driver", "  server to driver"},
		[STAGE_OUTSIDE] = {"outside_device", "  outside the device"},
		[STAGE_INSIDE] = {"driver_and_device", "  driver and device"},
	};

	return &names[stage];
}

double stage_share(const struct stages_result *r, enum stage stage)
{
	double all = histogram_mean(&r->stamped);

	return all > 0 ? histogram_mean(&r->stages[stage]) / all : 0;
}

static void print_head(FILE *out, const struct load_options *o,
	const struct stages_result *r, bool colour)
{
	const struct load_config *c = &o->config;
	char peer[ADDRESS_TEXT], local[ADDRESS_TEXT];

	fprintf(out, "%sudpmill load %s%s", STYLE(colour, STYLE_BOLD),
		address_format(&c->socket.remote, peer),
		STYLE(colour, STYLE_END));
	load_peer_print(out, o);
	fprintf(out, "\n  %u bytes from %s, one in flight, %s, seed %u\n",
		c->sizes.most, address_format(&r->obtained.bound, local),
		c->spin_ns ? "spinning" : "blocking", c->run);
}

static void print_row(FILE *out, const char *name, const struct histogram *h)
{
	fprintf(out, "  %-24s %9s %9s %9s %9s", name,
		text_time((double)histogram_quantile(h, 0.5)),
		text_time((double)histogram_quantile(h, 0.9)),
		text_time((double)histogram_quantile(h, 0.99)),
		text_time((double)h->max));
}

static void print_stage(
	FILE *out, const struct stages_result *r, enum stage stage)
{
	const struct histogram *h = &r->stages[stage];

	if (!h->count)
		return;
	print_row(out, stage_name(stage)->text, h);
	fprintf(out, " %7.1f %%\n", 100 * stage_share(r, stage));
}

static void print_table(FILE *out, const struct stages_result *r, bool colour)
{
	static const enum stage order[] = {STAGE_TO_QDISC, STAGE_TO_DRIVER,
		STAGE_PEER, STAGE_REQUEST, STAGE_REPLY, STAGE_OUTSIDE,
		STAGE_INSIDE, STAGE_TO_APPLICATION};

	fprintf(out, "\n%s  %-24s %9s %9s %9s %9s %9s%s\n",
		STYLE(colour, STYLE_BOLD), "Stage", "p50", "p90", "p99", "max",
		"share", STYLE(colour, STYLE_END));
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		print_stage(out, r, order[i]);
	if (r->stamped.count) {
		print_row(out, "round trip", &r->stamped);
		fputc('\n', out);
	}
	if (r->plain.count) {
		print_row(out, "round trip, no stamps", &r->plain);
		fputc('\n', out);
	}
}

/* The CPUs that both threads run on matter more than the time stamps do. */
static void print_cost(
	FILE *out, const struct load_options *o, const struct stages_result *r)
{
	uint64_t plain = histogram_quantile(&r->plain, 0.5);
	uint64_t stamped = histogram_quantile(&r->stamped, 0.5);

	if (!r->plain.count || !r->stamped.count)
		return;
	fprintf(out, "\n  A round trip: %s plain, %s stamped (medians)%s\n",
		text_time((double)plain), text_time((double)stamped),
		o->config.cpus ? "" : "; not pinned (--cpus)");
}

static void print_count(FILE *out, const char *what, uint64_t n, bool bad)
{
	if (n)
		fprintf(out, "  %s%-40s %14s%s\n", STYLE(bad, STYLE_RED), what,
			text_grouped(n), STYLE(bad, STYLE_END));
}

void stages_print_text(FILE *out, const struct load_options *o,
	const struct stages_result *r, bool colour)
{
	const struct load_loss loss = {true, r->sent, r->lost};

	print_head(out, o, r, colour);
	print_table(out, r, colour);
	print_cost(out, o, r);
	fprintf(out, "\nProbes over %.2f s without stamps and %.2f s with%s\n",
		r->plain_seconds, r->seconds,
		r->interrupted ? ", then interrupted" : "");
	print_count(out, "sent, warm-up included", r->sent, false);
	print_count(out, "answered", r->answered, false);
	print_count(out, "not answered in time", r->lost, colour);
	load_loss_print(out, o, &loss, colour);
	print_count(out, "of those reported by ICMP, or a route", r->reported,
		colour);
	print_count(out, "of those dropped by the queue (ENOBUFS)", r->nobufs,
		colour);
	print_count(out, "datagrams that were not replies", r->foreign, colour);
	print_count(out, "measured without stamps", r->plain.count, false);
	print_count(out, "measured with stamps", r->sampled, false);
	print_count(out, "split into stages", r->whole, false);
	print_count(out, "skipped: the clock was set or went back",
		r->skipped + r->plain_skipped, colour);
	print_count(
		out, "not split: a stamp is missing", r->incomplete, colour);
	print_count(out, "  SCHED, before the qdisc", r->no_sched, colour);
	print_count(out, "  SND, in the driver", r->no_sent, colour);
	print_count(out, "  of receiving", r->no_received, colour);
	fprintf(out, "  The device's own stamps: %s%s\n",
		r->hardware ? "taken" : "none: ", r->hardware_why);
}
