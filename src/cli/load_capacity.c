/* SPDX-License-Identifier: MIT */
#include "cli/load_capacity.h"

#include "cli/json_write.h"
#include "cli/load_absence.h"
#include "cli/load_report.h"
#include "cli/style.h"
#include "cli/verb.h"
#include "core/units.h"
#include "load/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA "udpmill.capacity/1"

#define FIRST     20000.0
#define LOWEST    10.0
#define HIGHEST   1e9
#define PRECISION 1.02
/* As the plan of a run: it is ended from outside. */
#define SLACK_NS 10000000000u

struct trial {
	double rate, sent_rate, loss;
	uint64_t sent, lost, p50_ns, p99_ns, trains_refused;
	enum search_outcome outcome;
	bool balances;
	const char *cause; /* that dropped most; NULL: none did */
	double server_ns;  /* CPU time a datagram; 0: not known */
};

static const char *outcome_name(enum search_outcome o)
{
	static const char *const names[] = {
		[SEARCH_GOOD] = "carried",
		[SEARCH_LOSSY] = "lossy",
		[SEARCH_LIMITED] = "not reached",
	};

	return names[o];
}

static const char *main_cause(const struct ledger *l)
{
	const char *name = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < LEDGER_CAUSES; i++)
		if (l->dropped[i].datagrams > most) {
			most = l->dropped[i].datagrams;
			name = l->dropped[i].cause;
		}
	return name;
}

static void judge(struct trial *t, const struct load_options *o,
	const struct load_result *r)
{
	uint64_t came = r->whole.answered + r->ledger.absorbed;
	const struct load_server *s = &r->server_whole;

	t->sent = r->whole.sent;
	t->trains_refused = r->whole.trains_refused;
	t->lost = came < t->sent ? t->sent - came : 0;
	t->loss = t->sent ? (double)t->lost / (double)t->sent : 0;
	t->sent_rate = (double)r->window.sent / r->seconds;
	t->p50_ns = histogram_quantile(&r->histograms[LOAD_LATENCY], 0.5);
	t->p99_ns = histogram_quantile(&r->histograms[LOAD_LATENCY], 0.99);
	t->cause = main_cause(&r->ledger);
	t->balances = ledger_balances(&r->ledger) && r->whole.corrupt == 0;
	if (r->server_seen && s->counters.delivered)
		t->server_ns = (double)(s->cpu_user_ns + s->cpu_system_ns) /
			       (double)s->counters.delivered;
	if (t->loss > o->loss)
		t->outcome = SEARCH_LOSSY;
	else if (!load_kept_up(o, r))
		t->outcome = SEARCH_LIMITED;
	else
		t->outcome = SEARCH_GOOD;
}

static int run_trial(const struct load_capacity *c, struct trial *t,
	struct load_result *r, char *why, size_t why_bytes)
{
	const struct load_config *config = &c->options->config;
	struct pace_plan plan = config->pace;
	int error;

	pace_constant(
		&plan, t->rate, config->omit_ns + config->time_ns + SLACK_NS);
	load_set_pace(c->load, &plan);
	error = load_run(c->load, r, why, why_bytes);
	if (!error && *r->halted) {
		snprintf(why, why_bytes, "a trial ended early: %s", r->halted);
		error = -EIO;
	}
	if (error)
		return error;
	judge(t, c->options, r);
	return 0;
}

static void print_trial(const struct trial *t, unsigned number)
{
	char rate[UNITS_TEXT], sent[UNITS_TEXT], p50[UNITS_TEXT];

	fprintf(stderr,
		"%4u  %9s/s  sent %9s/s  loss %8.4f %%  p50 %8s  %s%s%s%s\n",
		number, units_format_si(t->rate, rate),
		units_format_si(t->sent_rate, sent), 100 * t->loss,
		t->p50_ns ? units_format_time((double)t->p50_ns, p50) : "-",
		outcome_name(t->outcome), t->cause ? ", " : "",
		t->cause ? t->cause : "",
		t->balances ? "" : ", DOES NOT BALANCE");
}

static json_t *trial_json(const struct trial *t)
{
	return json_pack(
		"{s:f, s:f, s:I, s:I, s:f, s:I, s:I, s:f, s:s, s:s?, s:b, "
		"s:I}",
		"rate", t->rate, "sent_per_second", t->sent_rate, "sent",
		(json_int_t)t->sent, "lost", (json_int_t)t->lost, "loss",
		t->loss, "latency_p50_ns", (json_int_t)t->p50_ns,
		"latency_p99_ns", (json_int_t)t->p99_ns,
		"server_ns_per_datagram", t->server_ns, "outcome",
		outcome_name(t->outcome), "main_cause", t->cause, "balances",
		t->balances, "trains_refused", (json_int_t)t->trains_refused);
}

/* What was found, in words. best: the last trial that was carried. */
static void print_text(const struct load_capacity *c, const struct search *s,
	const struct trial *best, const struct load_result *last)
{
	double mean = c->options->config.sizes.mean;
	char a[UNITS_TEXT], b[UNITS_TEXT];

	load_print_head(stdout, c->options, last, c->colour);
	if (s->phase != SEARCH_FOUND) {
		printf("\nNo rate was carried with a loss of %g %% or less.\n",
			100 * c->options->loss);
		return;
	}
	printf("\n%sCapacity  %s/s  %sbit/s%s, with a loss of %g %% or less\n",
		STYLE(c->colour, STYLE_BOLD), units_format_si(s->rate, a),
		units_format_si(s->rate * mean * 8, b),
		STYLE(c->colour, STYLE_END), 100 * c->options->loss);
	printf("  there       loss %.4f %%, round trip p50 %s  p99 %s\n",
		100 * best->loss, units_format_time((double)best->p50_ns, a),
		units_format_time((double)best->p99_ns, b));
	if (best->server_ns > 0)
		printf("  server      %s of CPU time a datagram\n",
			units_format_time(best->server_ns, a));
	if (s->bad > 0)
		printf("  above       %s/s %s\n", units_format_si(s->bad, a),
			s->bad_outcome == SEARCH_LIMITED
				? "was not reached: the generator is the "
				  "limit"
				: "lost more");
}

static int print_json(const struct load_capacity *c, const struct search *s,
	json_t *trials, const struct load_result *last)
{
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:f, s:f, s:f, "
				"s:b, s:o}",
		"schema", SCHEMA, "version", UDPMILL_VERSION, "argv",
		load_argv_json(c->argc, c->argv), "config",
		load_config_json(c->options, last), "environment",
		load_environment_json(c->options), "loss_bound",
		c->options->loss, "precision", s->precision, "capacity",
		s->phase == SEARCH_FOUND ? s->rate : 0.0, "above", s->bad,
		"generator_limited",
		s->bad > 0 && s->bad_outcome == SEARCH_LIMITED, "trials",
		trials);

	return json_write(stdout, all, JSON_REPORT);
}

/* A server that takes datagrams unseen and does not answer tells nothing. */
static bool nothing_came(const struct load_result *r)
{
	return !r->server_seen && r->whole.answered == 0;
}

int load_capacity_find(
	const struct load_capacity *c, int *code, char *why, size_t why_bytes)
{
	json_t *trials = json_array();
	struct trial best = {0};
	struct load_result r;
	struct search s;
	bool balances = true;
	unsigned number = 0;
	int error = 0;

	search_init(&s, FIRST, LOWEST, HIGHEST, PRECISION);
	while (!error && !search_is_over(&s)) {
		struct trial t = {.rate = s.rate};

		error = run_trial(c, &t, &r, why, why_bytes);
		if (!error && r.interrupted)
			error = -EINTR;
		if (!error && r.absence != ABSENCE_NONE)
			error = -ECONNREFUSED;
		if (!error && nothing_came(&r))
			error = -ETIMEDOUT;
		if (error)
			break;
		balances = balances && t.balances;
		if (t.outcome == SEARCH_GOOD)
			best = t;
		print_trial(&t, ++number);
		json_array_append_new(trials, trial_json(&t));
		search_tell(&s, t.outcome);
	}
	if (error == -EINTR)
		snprintf(why, why_bytes, "interrupted after %u trials", number);
	else if (error == -ECONNREFUSED)
		load_absence_say(c->options, &r, why, why_bytes);
	else if (error == -ETIMEDOUT)
		snprintf(why, why_bytes,
			"nothing came back, and the server cannot be seen: "
			"its capacity cannot be known from here");
	if (error) {
		json_decref(trials);
		return error;
	}
	*code = balances ? EXIT_OK : EXIT_CLAIM;
	if (!c->options->json) {
		json_decref(trials);
		print_text(c, &s, &best, &r);
		return 0;
	}
	error = print_json(c, &s, trials, &r);
	if (error)
		snprintf(why, why_bytes, "writing the report: %s",
			strerror(-error));
	return error;
}
