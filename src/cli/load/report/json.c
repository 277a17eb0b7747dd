/* SPDX-License-Identifier: MIT */
/* The report of `udpmill load` for programs: schema udpmill.load/1. */
#include "cli/load/report/json.h"

#include "cli/load/names.h"
#include "cli/load/peer/peer.h"
#include "cli/load/report/absence.h"
#include "cli/load/report/frames.h"
#include "cli/load/report/intervals.h"
#include "cli/load/report/latency.h"
#include "cli/load/report/ledger.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/pace.h"
#include "cli/load/report/sends.h"
#include "cli/print/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SCHEMA "udpmill.load/1"

static json_t *rate_json(uint64_t datagrams, uint64_t bytes, double seconds)
{
	return json_pack("{s:o, s:o, s:f, s:f}", "datagrams",
		json_number(datagrams), "bytes", json_number(bytes),
		"datagrams_per_second", (double)datagrams / seconds,
		"bits_per_second", (double)bytes * 8 / seconds);
}

void load_busy_poll_json(json_t *config, const struct busy_poll *asked,
	const struct busy_poll *got)
{
	if (config && (asked->us || asked->prefer || asked->budget))
		json_set(config, "busy_poll",
			json_pack("{s:i, s:b, s:i}", "us", (int)got->us,
				"prefer", got->prefer, "budget",
				(int)got->budget));
}

json_t *load_config_json(
	const struct load_options *o, const struct load_result *r)
{
	const struct load_config *c = &o->config;
	char remote[ADDRESS_TEXT];
	json_t *cpus = json_array(), *time = json_null();
	json_t *lifetime = json_null(), *timeout = json_null(), *all;

	/* A run that only ends with its capture has no time. */
	if (c->time_ns < LOAD_REPLAY_UNBOUNDED_NS)
		time = json_real((double)c->time_ns / 1e9);
	if (c->flow_lifetime_ns)
		lifetime = json_real((double)c->flow_lifetime_ns / 1e9);
	if (c->timeout_ns)
		timeout = json_real((double)c->timeout_ns / 1e9);
	for (unsigned i = 0; c->cpus && i < c->cpus->count; i++)
		json_add(cpus, json_integer(c->cpus->cpu[i]));
	all = json_pack(
		"{s:s, s:s, s:s, s:s, s:f, s:i, s:i, s:s, s:i, s:i, s:i, s:i, "
		"s:i, "
		"s:i, s:i, s:b, "
		"s:b, s:s, s:s, s:o, s:f, s:f, s:o, s:i, s:i, s:o, s:o, s:o, "
		"s:s?, s:o, s:o, s:s?}",
		"remote", address_format(&c->socket.remote, remote), "local",
		r->local, "mode", load_mode_names[c->mode], "engine", r->engine,
		"length", c->sizes.mean, "length_least", (int)c->sizes.least,
		"length_most", (int)c->sizes.most, "content",
		load_content_names[c->content], "flows", (int)c->flows,
		"threads", (int)c->threads, "train", (int)r->train,
		"train_planned", (int)r->train_planned, "segments_max",
		(int)c->segments_max, "window", (int)c->window, "in_flight",
		(int)c->in_flight, "spin", c->spin_ns > 0, "gro", r->gro,
		"verify", load_verify_names[c->verify_full], "expect",
		load_replies_names[c->replies], "time_s", time, "omit_s",
		(double)c->omit_ns / 1e9, "interval_s",
		(double)c->interval_ns / 1e9, "count", json_number(c->count),
		"rcvbuf_obtained", (int)r->rcvbuf, "sndbuf_obtained",
		(int)r->sndbuf, "seed", json_number(c->run), "cpus", cpus,
		"capture", load_replay_json(&o->replay), "netns", o->netns,
		"flow_lifetime_s", lifetime, "timeout_s", timeout, "metrics",
		o->metrics_url);
	if (all && o->verify_why_not)
		json_set(all, "verify_why_not", json_string(o->verify_why_not));
	if (all && spin_limit_ns(c->spin_ns))
		json_set(all, "spin_us", json_real((double)c->spin_ns / 1e3));
	if (all && c->zerocopy_from)
		json_set(all, "zerocopy_from", json_integer(c->zerocopy_from));
	load_busy_poll_json(all, &c->socket.busy_poll, &r->busy_poll);
	load_facts_json(all, r);
	return all;
}

/* The current time in UTC, as in RFC 3339. */
static const char *time_of_day(char text[32])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

json_t *load_environment_json(const struct load_options *o)
{
	struct utsname u = {0};
	char now[32];
	json_t *e, *server = json_null();
	struct load_peer p;

	(void)uname(&u);
	if (load_peer_known(o, &p))
		server = json_pack("{s:s, s:o, s:s, s:s, s:i, s:o?}", "version",
			p.version, "pid",
			p.pid ? json_integer(p.pid) : json_null(), "service",
			p.service, "backend", p.backend, "workers",
			(int)p.workers, "config",
			p.config ? json_loads(p.config, 0, NULL) : NULL);
	e = json_pack("{s:s, s:i, s:s, s:s, s:s, s:i, s:o}", "ended_at",
		time_of_day(now), "pid", (int)getpid(), "kernel", u.release,
		"kernel_version", u.version, "machine", u.machine, "cpus",
		(int)sysconf(_SC_NPROCESSORS_ONLN), "server", server);
	return e;
}

static json_t *one_way_json(const struct load_result *r)
{
	if (!r->histograms[LOAD_THERE].count)
		return json_null();
	return json_pack("{s:o, s:o}", "there",
		latency_json(&r->histograms[LOAD_THERE]), "back",
		latency_json(&r->histograms[LOAD_BACK]));
}

static json_t *jitter_json(const struct load_result *r)
{
	const struct load_jitter *j = &r->jitter;
	const struct load_counts *w = &r->window;

	if (!j->flows)
		return json_null();
	return json_pack("{s:f, s:o, s:o, s:f}", "mean",
		j->sum_ns / (double)j->flows, "max", json_number(j->most_ns),
		"flows", json_number(j->flows), "difference_mean",
		w->differences
			? (double)w->difference_ns / (double)w->differences
			: 0.0);
}

/* How much longer than the shortest round trip. */
static json_t *variation_json(const struct histogram *h)
{
	if (!h->count)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "p50",
		json_number(histogram_quantile(h, 0.5) - h->min), "p99",
		json_number(histogram_quantile(h, 0.99) - h->min), "p999",
		json_number(histogram_quantile(h, 0.999) - h->min), "max",
		json_number(h->max - h->min));
}

static json_t *variations_json(const struct load_result *r)
{
	return json_pack("{s:o, s:o, s:o}", "round_trip",
		variation_json(&r->histograms[LOAD_LATENCY]), "there",
		variation_json(&r->histograms[LOAD_THERE]), "back",
		variation_json(&r->histograms[LOAD_BACK]));
}

/* A capture has no rate of its own. */
static json_t *rate_at(const struct load_config *c, uint64_t at_ns)
{
	return c->replay ? json_null()
			 : json_real(pace_rate_at(&c->pace, at_ns));
}

static json_t *pacing_json(
	const struct load_options *o, const struct load_result *r)
{
	const struct load_config *c = &o->config;

	if (c->mode != LOAD_PACED)
		return json_null();
	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:f, s:o, s:f, s:b, s:o, "
			 "s:o}",
		"timed_by", load_timed_by(c), "spacing",
		c->replay ? "capture" : load_spacing_names[c->pace.spacing],
		"burst", c->replay ? 1 : (int)c->pace.burst, "rate_first",
		rate_at(c, c->omit_ns), "rate_last", rate_at(c, r->to_ns),
		"planned", load_planned(o, r), "due", json_number(r->due),
		"kept", load_kept(o, r), "kept_up", load_kept_up(o, r),
		"not_sent", json_number(load_not_sent(o, r)), "lag_ns",
		latency_json(&r->histograms[LOAD_LAG]));
}

static json_t *marks_json(const struct load_result *r)
{
	const struct marks_seen *s = &r->server_whole.marks;
	struct marks_kept k;

	marks_compare(&k, s, r->tos, r->ttl);
	if (!r->server_seen || !k.datagrams)
		return json_null();
	return json_pack("{s:i, s:s, s:i, s:o, s:o, s:o, s:o, s:b, s:f, "
			 "s:{s:o, s:o, s:o, s:o}}",
		"dscp", r->tos >> 2, "ecn", load_ecn_names[r->tos & 3], "ttl",
		r->ttl, "datagrams", json_number(k.datagrams), "dscp_kept_low",
		json_number(k.dscp_least), "dscp_kept_high",
		json_number(k.dscp_most), "ecn_kept", json_number(k.ecn),
		"ttl_kept", k.ttl_kept, "ttl_mean", k.ttl_mean, "ecn_seen",
		"not_ect", json_number(s->ecn[0]), "ect1",
		json_number(s->ecn[1]), "ect0", json_number(s->ecn[2]), "ce",
		json_number(s->ecn[3]));
}

static json_t *cpu_json(const struct load_result *r)
{
	const struct load_server *w = &r->server_whole;
	uint64_t n = r->window_seen ? r->server_window.counters.delivered
				    : r->window.sent;
	uint64_t all = w->counters.delivered, trains = w->counters.trains;
	double server = (double)(w->cpu_user_ns + w->cpu_system_ns);
	json_t *s = json_null();

	/* The server's CPU times are updated ten times a second, so they only
	 * match the number of datagrams of the whole run. */
	if (r->server_seen)
		s = json_pack("{s:f, s:f, s:f, s:f, s:f}", "user_s",
			(double)w->cpu_user_ns / 1e9, "system_s",
			(double)w->cpu_system_ns / 1e9, "ns_per_datagram",
			all ? server / (double)all : 0.0, "trains_per_batch",
			w->batches ? (double)trains / (double)w->batches : 0.0,
			"datagrams_per_train",
			trains ? (double)all / (double)trains : 0.0);
	return json_pack("{s:{s:f, s:f}, s:o, s:f}", "client", "user_s",
		(double)r->client.user_ns / 1e9, "system_s",
		(double)r->client.system_ns / 1e9, "server", s,
		"machine_ns_per_datagram",
		n ? r->machine_busy_ns / (double)n : 0.0);
}

/* ICMP port unreachable, in the whole run. */
static json_t *refusals_json(const struct load_result *r)
{
	if (!r->whole.refused)
		return json_null();
	return json_pack("{s:o, s:f, s:f, s:b}", "count",
		json_number(r->whole.refused), "first_s",
		(double)r->refused_first_ns / 1e9, "last_s",
		(double)r->refused_last_ns / 1e9, "at_the_end",
		r->absence == ABSENCE_NOBODY || r->absence == ABSENCE_GONE);
}

/* Those that were reached. */
static json_t *count_marks_json(const struct load_result *r)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < r->mark_count; i++)
		json_add(
			list, json_pack("{s:o, s:o}", "sent",
				      json_number(r->marks[i].sent), "answered",
				      json_number(r->marks[i].answered)));
	return list;
}

int load_print_json(FILE *out, const struct load_options *o,
	const struct load_result *r, json_t *intervals, json_t *steps)
{
	const struct load_counts *w = &r->window;
	const struct ledger_server *s = &r->server_window.counters;
	const struct load_loss loss = load_loss_of(o, r);
	json_t *delivered = json_null(), *all;
	char why[512];

	if (r->histograms[LOAD_LATENCY].count == 0) {
		load_intervals_untell_latency(intervals);
		load_intervals_untell_latency(steps);
	}
	if (r->window_seen)
		delivered =
			rate_json(s->delivered, s->delivered_bytes, r->seconds);
	all = json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:f, s:b, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema", SCHEMA, "version", UDPMILL_VERSION, "argv",
		json_argv("load", o->argc, o->argv), "config",
		load_config_json(o, r), "environment", load_environment_json(o),
		"seconds", r->seconds, "interrupted", r->interrupted,
		"flows_opened", json_number(r->flows_opened), "sent",
		rate_json(w->sent, w->sent_bytes, r->seconds), "answered",
		rate_json(w->answered, w->answered_bytes, r->seconds),
		"delivered", delivered, "loss", load_loss_json(o, &loss),
		"ledger", load_ledger_json(r), "latency_ns",
		latency_json(&r->histograms[LOAD_LATENCY]), "jitter_ns",
		jitter_json(r), "delay_variation_ns", variations_json(r),
		"one_way_ns", one_way_json(r), "pacing", pacing_json(o, r),
		"marks", marks_json(r), "cpu", cpu_json(r), "intervals",
		intervals);
	if (all) {
		json_set(all, "refusals", refusals_json(r));
		json_set(all, "sends", load_sends_json(o, r));
	}
	load_frames_json(all, r);
	if (all)
		json_set(all, "steps", steps ? steps : json_null());
	if (all && o->config.count_window)
		json_set(all, "count_marks", count_marks_json(r));
	if (all && spin_limit_ns(o->config.spin_ns))
		json_set(all, "spins",
			json_pack("{s:o, s:o}", "succeeded",
				json_number(r->whole.spins_succeeded), "failed",
				json_number(r->whole.spins_failed)));
	if (all && *r->halted)
		json_set(all, "halted", json_string(r->halted));
	if (all && load_absence_say(o, r, why, sizeof(why)))
		json_set(all, "error", json_string(why));
	return json_write(out, all, JSON_REPORT);
}
