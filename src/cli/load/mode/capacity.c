/* SPDX-License-Identifier: MIT */
#include "cli/load/mode/capacity.h"

#include "cli/args/verb.h"
#include "cli/load/report/absence.h"
#include "cli/load/report/json.h"
#include "cli/load/report/pace.h"
#include "cli/load/report/report.h"
#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/streams.h"
#include "core/units.h"
#include "load/traffic/search.h"

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

/* What is known by now. */
struct finding {
	struct search search;
	struct trial best; /* the last that was carried */
	struct load_result last;
	json_t *trials;
	unsigned number;
	bool balances;
};

static const char *carried_name(enum search_outcome o)
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
		carried_name(t->outcome), t->cause ? ", " : "",
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
		carried_name(t->outcome), "main_cause", t->cause, "balances",
		t->balances, "trains_refused", (json_int_t)t->trains_refused);
}

static void print_unfinished(
	const struct load_capacity *c, const struct search *s)
{
	char a[UNITS_TEXT], b[UNITS_TEXT];

	printf("\n%sNot finished%s: ", STYLE(c->colour, STYLE_BOLD),
		STYLE(c->colour, STYLE_END));
	if (s->good > 0)
		printf("%s/s was carried so far, with a loss of %g %% or less",
			units_format_si(s->good, a), 100 * c->options->loss);
	else
		printf("no rate was carried so far");
	if (s->bad > 0)
		printf(", and %s/s was not", units_format_si(s->bad, b));
	printf("\n");
}

/* What was found, in words. best: the last trial that was carried. */
static void print_text(const struct load_capacity *c, const struct search *s,
	const struct trial *best, const struct load_result *last)
{
	double mean = c->options->config.sizes.mean;
	char a[UNITS_TEXT], b[UNITS_TEXT];

	load_print_head(stdout, c->options, last, c->colour);
	if (!search_is_over(s)) {
		print_unfinished(c, s);
		return;
	}
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
	json_t *trials, const struct load_result *last, int ended,
	const char *why)
{
	json_t *error = ended ? json_text(why) : json_null();
	enum exit_code code = exit_of(ended);
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:f, s:f, s:f, "
				"s:b, s:o, s:b, s:f, s:o, s:o, s:o}",
		"schema", SCHEMA, "version", UDPMILL_VERSION, "argv",
		json_argv("load", c->argc, c->argv), "config",
		load_config_json(c->options, last), "environment",
		load_environment_json(c->options), "loss_bound",
		c->options->loss, "precision", s->precision, "capacity",
		s->phase == SEARCH_FOUND ? s->rate : 0.0, "above", s->bad,
		"generator_limited",
		s->bad > 0 && s->bad_outcome == SEARCH_LIMITED, "trials",
		trials, "finished", search_is_over(s), "carried", s->good,
		"outcome", ended ? json_string(outcome_of(ended)) : json_null(),
		"exit_code", ended ? json_integer(code) : json_null(), "error",
		error);

	return json_write(stdout, all, JSON_REPORT);
}

/* A server that takes datagrams unseen and does not answer tells nothing. */
static bool nothing_came(const struct load_result *r)
{
	return !r->server_seen && r->whole.answered == 0;
}

/* 0; or -errno and one line in why, and then what was found so far is known. */
static int search(const struct load_capacity *c, struct finding *f, char *why,
	size_t why_bytes)
{
	int error = 0;

	while (!error && !search_is_over(&f->search)) {
		struct trial t = {.rate = f->search.rate};

		error = run_trial(c, &t, &f->last, why, why_bytes);
		if (!error && f->last.interrupted) {
			snprintf(why, why_bytes, "interrupted after %u trials",
				f->number);
			return -EINTR;
		}
		if (!error && f->last.absence != ABSENCE_NONE) {
			load_absence_say(c->options, &f->last, why, why_bytes);
			return -ECONNREFUSED;
		}
		if (!error && nothing_came(&f->last)) {
			snprintf(why, why_bytes,
				"nothing came back, and the server cannot be "
				"seen: its capacity cannot be known from here");
			return -ETIMEDOUT;
		}
		if (error)
			return error;
		f->balances = f->balances && t.balances;
		if (t.outcome == SEARCH_GOOD)
			f->best = t;
		f->number++;
		if (!c->options->quiet)
			print_trial(&t, f->number);
		json_array_append_new(f->trials, trial_json(&t));
		search_tell(&f->search, t.outcome);
	}
	return error;
}

int load_capacity_find(
	const struct load_capacity *c, int *code, char *why, size_t why_bytes)
{
	struct finding f = {.balances = true, .trials = json_array()};
	int error, ended;

	search_init(&f.search, FIRST, LOWEST, HIGHEST, PRECISION);
	ended = search(c, &f, why, why_bytes);
	/* Without a trial there is nothing to tell but the error. */
	if (ended && !f.number) {
		json_decref(f.trials);
		return ended;
	}
	*code = f.balances ? EXIT_OK : EXIT_CLAIM;
	if (ended) {
		*code = (int)exit_of(ended);
		say("%s", why);
	}
	if (!c->options->json) {
		json_decref(f.trials);
		print_text(c, &f.search, &f.best, &f.last);
		return 0;
	}
	error = print_json(c, &f.search, f.trials, &f.last, ended, why);
	if (error) {
		streams_tell("udpmill load", error);
		*code = EXIT_SYSTEM;
	}
	return 0;
}
