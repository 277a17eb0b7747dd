/* SPDX-License-Identifier: MIT */
/* --find-capacity of `udpmill load`: runs trials, reports each one, and the
 * result. */
#include "cli/load/kind/kinds.h"
#include "cli/load/report/absence.h"
#include "cli/load/report/json.h"
#include "cli/load/report/live_begin.h"
#include "cli/load/report/pace.h"
#include "cli/load/report/report.h"
#include "cli/load/report/trial.h"
#include "cli/print/block.h"
#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/print/text.h"
#include "cli/process/exit.h"
#include "cli/process/privilege.h"
#include "core/clock.h"
#include "load/traffic/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA "udpmill.capacity/1"

#define FIRST     20000.0
#define LOWEST    10.0
#define HIGHEST   1e9
#define PRECISION 1.02
/* A plan lasts longer than its trial, which is ended from outside. */
#define SLACK_NS 10000000000u

/* What has been found so far. */
struct finding {
	struct load *load;
	struct search search;
	struct load_trial best; /* the last one that was carried */
	struct load_result last;
	json_t *trials;
	unsigned number;
	bool balances;
	bool screen; /* on a terminal: below the lines of trials */
	uint64_t start_ns;
	struct live live;
	int ended; /* the error that ended the search early */
	char why[512];
};

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

static void judge_trial(struct load_trial *t, const struct load_options *o,
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

static int run_trial(const struct load_options *o, struct finding *f,
	struct load_trial *t, char *why, size_t why_bytes)
{
	const struct load_config *c = &o->config;
	struct load_result *r = &f->last;
	struct pace_plan plan = c->pace;
	int error;

	pace_constant(&plan, t->rate, c->omit_ns + c->time_ns + SLACK_NS);
	load_set_pace(f->load, &plan);
	error = load_run(f->load, r, why, why_bytes);
	if (!error && *r->halted) {
		snprintf(why, why_bytes, "a trial ended early: %s", r->halted);
		error = -EIO;
	}
	if (error)
		return error;
	judge_trial(t, o, r);
	return 0;
}

static void print_unfinished(
	const struct load_options *o, const struct search *s, bool colour)
{
	printf("\n%sNot finished%s: ", STYLE(colour, STYLE_BOLD),
		STYLE(colour, STYLE_END));
	if (s->good > 0)
		printf("%s/s was carried so far, with a loss of %g %% or less",
			text_si(s->good), 100 * o->loss);
	else
		printf("no rate was carried so far");
	if (s->bad > 0)
		printf(",\n  and %s/s was not", text_si(s->bad));
	printf("\n");
}

/* Prints what was found. */
static void print_text(const struct load_options *o, const struct finding *f)
{
	const struct search *s = &f->search;
	const struct load_trial *best = &f->best;
	bool colour = style_on(stdout);

	load_print_head(stdout, o, &f->last, colour);
	if (!search_is_over(s)) {
		print_unfinished(o, s, colour);
		return;
	}
	if (s->phase != SEARCH_FOUND) {
		printf("\nNo rate was carried with a loss of %g %% or less.\n",
			100 * o->loss);
		return;
	}
	printf("\n%sCapacity  %s/s  %sbit/s%s, with a loss of %g %% or less\n",
		STYLE(colour, STYLE_BOLD), text_si(s->rate),
		text_si(s->rate * o->config.sizes.mean * 8),
		STYLE(colour, STYLE_END), 100 * o->loss);
	printf("  at that     loss %.4f %%, round trip p50 %s  p99 %s\n",
		100 * best->loss, text_time((double)best->p50_ns),
		text_time((double)best->p99_ns));
	if (best->server_ns > 0)
		printf("  server      %s of CPU time a datagram\n",
			text_time(best->server_ns));
	if (s->bad > 0)
		printf("  above       %s/s %s\n", text_si(s->bad),
			s->bad_outcome == SEARCH_LIMITED
				? "was not reached: the generator is the "
				  "limit"
				: "lost more");
}

static int print_json(const struct load_options *o, struct finding *f)
{
	const struct search *s = &f->search;
	enum exit_code code = exit_of(f->ended);
	json_t *error = f->ended ? json_text(f->why) : json_null();
	json_t *trials = f->trials;
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:f, s:f, s:f, "
				"s:b, s:o, s:b, s:f, s:o, s:o, s:o}",
		"schema", SCHEMA, "version", UDPMILL_VERSION, "argv",
		json_argv("load", o->argc, o->argv), "config",
		load_config_json(o, &f->last), "environment",
		load_environment_json(o), "loss_bound", o->loss, "precision",
		s->precision, "capacity",
		s->phase == SEARCH_FOUND ? s->rate : 0.0, "above", s->bad,
		"generator_limited",
		s->bad > 0 && s->bad_outcome == SEARCH_LIMITED, "trials",
		trials, "finished", search_is_over(s), "carried", s->good,
		"outcome",
		f->ended ? json_string(outcome_of(f->ended)) : json_null(),
		"exit_code", f->ended ? json_integer(code) : json_null(),
		"error", error);

	f->trials = NULL;
	return json_write(stdout, all, JSON_REPORT);
}

/* A server that is not seen and does not reply shows nothing. */
static bool nothing_came(const struct load_result *r)
{
	return !r->server_seen && r->whole.answered == 0;
}

/* Refuses a trial that shows nothing about the rate: -errno and one line in
 * why. */
static int refuse_trial(const struct load_options *o, const struct finding *f,
	char *why, size_t why_bytes)
{
	const struct load_result *r = &f->last;

	if (r->interrupted) {
		snprintf(why, why_bytes, "interrupted after %u trials",
			f->number);
		return -EINTR;
	}
	if (r->absence != ABSENCE_NONE) {
		load_absence_say(o, r, why, why_bytes);
		return -ECONNREFUSED;
	}
	if (nothing_came(r)) {
		snprintf(why, why_bytes,
			"nothing came back, and the server cannot be seen, so "
			"its capacity cannot be measured from here");
		return -ETIMEDOUT;
	}
	return 0;
}

static void show(const struct load_options *o, struct finding *f)
{
	load_live_search_left(&f->live, o, &f->search, f->number);
	live_show(&f->live);
}

static void interval(void *arg, const struct load_interval *i)
{
	const struct load_job *job = arg;
	struct finding *f = job->state;

	live_note(&f->live, i);
	show(job->options, f);
}

/* Its screen is that of the last one, until it has something to tell. */
static void begin_trial(const struct load_options *o, struct finding *f)
{
	double at_s = (double)(clock_ns() - f->start_ns) / 1e9;

	load_live_trial(&f->live, &f->search, f->number, at_s);
	if (f->live.begun)
		show(o, f);
}

/* 0; or -errno and one line in why, and what was found so far stays valid. */
static int search(const struct load_options *o, struct finding *f, char *why,
	size_t why_bytes)
{
	while (!search_is_over(&f->search)) {
		struct load_trial t = {.rate = f->search.rate};
		int error;

		begin_trial(o, f);
		error = run_trial(o, f, &t, why, why_bytes);

		if (!error)
			error = refuse_trial(o, f, why, why_bytes);
		if (error)
			return error;
		f->balances = f->balances && t.balances;
		if (t.outcome == SEARCH_GOOD)
			f->best = t;
		f->number++;
		if (!o->quiet)
			load_trial_print(&t, f->number);
		json_add(f->trials, load_trial_json(&t, &f->last));
		search_tell(&f->search, t.outcome);
	}
	return 0;
}

static void stop(void *state)
{
	block_end();
	load_interrupt(((struct finding *)state)->load);
}

static int begin(struct load_job *job, char *why, size_t why_bytes)
{
	const struct load_options *o = job->options;
	struct finding *f = job->state;
	bool screen = !o->quiet && block_possible(stderr);
	const struct load_hooks hooks = {
		.server = load_kind_server(job),
		.interval = screen ? interval : NULL,
		.notice = load_kind_notice,
		.arg = job,
	};

	f->screen = screen;
	f->balances = true;
	f->start_ns = clock_ns();
	load_live_begin(&f->live, o);
	f->trials = json_array();
	search_init(&f->search, FIRST, LOWEST, HIGHEST, PRECISION);
	return load_open(&f->load, &o->config, &hooks, why, why_bytes);
}

static uint64_t keep(const struct load_job *job)
{
	return job->options->config.flow_lifetime_ns ? privilege_sockets() : 0;
}

/* Without a single trial there is only the error to report. */
static int run(struct load_job *job, char *why, size_t why_bytes)
{
	struct finding *f = job->state;

	f->ended = search(job->options, f, f->why, sizeof(f->why));
	if (!f->ended || f->number)
		return 0;
	snprintf(why, why_bytes, "%s", f->why);
	return f->ended;
}

static int print(struct load_job *job)
{
	struct finding *f = job->state;

	if (search_is_over(&f->search))
		f->live.left_s = 0;
	if (f->screen)
		live_end(&f->live);
	if (f->ended)
		say("%s", f->why);
	if (job->options->json)
		return print_json(job->options, f);
	print_text(job->options, f);
	return 0;
}

static int judge(struct load_job *job)
{
	const struct finding *f = job->state;

	if (f->ended)
		return (int)exit_of(f->ended);
	return f->balances ? EXIT_OK : EXIT_CLAIM;
}

static void end(struct load_job *job)
{
	struct finding *f = job->state;

	load_close(f->load);
	json_decref(f->trials);
}

const struct load_kind load_kind_capacity = {
	.state_bytes = sizeof(struct finding),
	.open = begin,
	.keep = keep,
	.stop = stop,
	.run = run,
	.print = print,
	.judge = judge,
	.close = end,
};
