/* SPDX-License-Identifier: MIT */
/* An ordinary run of the generator, reported as it goes and at its end. */
#include "cli/args/usage.h"
#include "cli/load/kind/kinds.h"
#include "cli/load/report/absence.h"
#include "cli/load/report/files.h"
#include "cli/load/report/intervals.h"
#include "cli/load/report/json.h"
#include "cli/load/report/live.h"
#include "cli/load/report/live_begin.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/metrics.h"
#include "cli/load/report/report.h"
#include "cli/load/report/sends.h"
#include "cli/print/block.h"
#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/privilege.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct plain {
	struct load *load;
	struct load_result result;
	json_t *intervals, *steps; /* with --json; steps: of a ramp */
	struct load_file csv, csv_steps, histogram;
	struct load_metrics *metrics; /* NULL: none */
	bool screen;    /* on a terminal: live, and not a line an interval */
	double shown_s; /* when it was last drawn */
	struct live live;
};

/* More often than this, nobody can read it. */
#define SHOW_S 0.1

static void stop(void *state)
{
	block_end();
	load_interrupt(((struct plain *)state)->load);
}

static void show(struct plain *p, const struct load_interval *i)
{
	live_note(&p->live, i);
	if (p->shown_s > 0 && p->live.elapsed_s - p->shown_s < SHOW_S)
		return;
	p->shown_s = p->live.elapsed_s;
	live_show(&p->live);
}

static void say_interval(const struct load_interval *i)
{
	load_print_interval(stderr, i);
	fputc('\n', stderr);
	fflush(stderr);
}

static void interval(void *arg, const struct load_interval *i)
{
	const struct load_job *job = arg;
	struct plain *p = job->state;

	if (p->intervals)
		json_add(p->intervals, load_interval_json(i));
	load_csv_write(&p->csv, i);
	load_metrics_note(p->metrics, i);
	if (p->screen)
		show(p, i);
	else if (!job->options->quiet)
		say_interval(i);
}

static void step(void *arg, const struct load_step *s)
{
	const struct load_job *job = arg;
	struct plain *p = job->state;

	if (p->steps)
		json_add(p->steps, load_step_json(s));
	load_csv_write_step(&p->csv_steps, s);
}

struct output {
	const char *option, *path;
	struct load_file *file;
};

/* Of those before it, the one that writes to the same file; NULL: none. */
static const struct output *same_as(const struct output *first, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (load_file_is_same(first[i].file, first[place].file))
			return &first[i];
	return NULL;
}

/* What was created must not stay. */
static void close_files(const struct output *files, size_t count)
{
	while (count > 0)
		(void)load_file_close(files[--count].file);
}

/* Called before anything is sent. */
static void open_files(struct plain *p, const struct load_options *o)
{
	const struct output files[] = {
		{"csv", o->csv, &p->csv},
		{"csv-steps", o->csv_steps, &p->csv_steps},
		{"histogram", o->histogram, &p->histogram},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *path = files[i].path;
		int error = load_file_open(files[i].file, path);
		const struct output *same = error ? NULL : same_as(files, i);

		if (!error && !same)
			continue;
		close_files(files, error ? i : i + 1);
		if (same)
			usage_error(files[i].option,
				"%s: --%s writes to this file, too; name "
				"another",
				path, same->option);
		usage_error(files[i].option, "%s: %s", *path ? path : "\"\"",
			strerror(-error));
	}
}

/* Does a file go to standard output? */
static bool is_taken(const struct plain *p)
{
	return p->csv.out == stdout || p->csv_steps.out == stdout ||
	       p->histogram.out == stdout;
}

static int begin(struct load_job *job, char *why, size_t why_bytes)
{
	struct load_options *o = job->options;
	const struct load_hooks hooks = {
		.server = load_kind_server(job),
		.interval = interval,
		.step = step,
		.notice = load_kind_notice,
		.arg = job,
	};
	struct plain *p = job->state;
	int error;

	open_files(p, o);
	p->screen = !o->quiet && block_possible(stderr) &&
		    !(is_taken(p) && isatty(STDOUT_FILENO));
	load_live_begin(&p->live, o);
	if (o->json)
		p->intervals = json_array();
	if (o->json && o->ramp)
		p->steps = json_array();
	error = load_metrics_bind(&p->metrics, o, why, why_bytes);
	if (!error)
		error = load_open(&p->load, &o->config, &hooks, why, why_bytes);
	if (!error)
		error = load_metrics_start(p->metrics, p->load, why, why_bytes);
	if (!error && p->metrics && !o->quiet)
		say("metrics at %s", o->metrics_url);
	return error;
}

/* Flows that are added later open their sockets later. */
static uint64_t keep(const struct load_job *job)
{
	const struct load_options *o = job->options;

	return privilege_to_remove(o->csv) | privilege_to_remove(o->csv_steps) |
	       privilege_to_remove(o->histogram) |
	       privilege_to_remove(*o->metrics.path ? o->metrics.path : NULL) |
	       (o->config.flow_lifetime_ns ? privilege_sockets() : 0);
}

static int run(struct load_job *job, char *why, size_t why_bytes)
{
	struct plain *p = job->state;

	return load_run(p->load, &p->result, why, why_bytes);
}

static int close_file(struct load_file *f, const char *option, const char *path)
{
	int error = load_file_close(f);

	if (error)
		say("--%s: writing %s: %s", option, path, strerror(-error));
	return error;
}

/* Such a run has nothing worth writing to a file. */
static bool is_nobody(const struct load_result *r)
{
	return r->absence == ABSENCE_NOBODY && !r->server_gone;
}

static int print(struct load_job *job)
{
	const struct load_options *o = job->options;
	struct plain *p = job->state;
	const struct load_result *r = &p->result;
	/* The report leaves stdout to what programs read. */
	FILE *out = is_taken(p) ? stderr : stdout;
	json_t *intervals = p->intervals, *steps = p->steps;

	if (p->screen)
		live_end(&p->live);
	if (o->json) {
		p->intervals = p->steps = NULL; /* consumed */
		return load_print_json(stdout, o, r, intervals, steps);
	}
	load_print_text(out, o, r, style_on(out));
	return 0;
}

/* 0; or -errno, which was reported. */
static int finish_files(const struct load_options *o, struct plain *p)
{
	const struct load_result *r = &p->result;
	int error;

	if (!is_nobody(r))
		load_histogram_write(
			&p->histogram, &r->histograms[LOAD_LATENCY]);
	error = close_file(&p->csv, "csv", o->csv);
	if (!error)
		error = close_file(&p->csv_steps, "csv-steps", o->csv_steps);
	return error ? error
		     : close_file(&p->histogram, "histogram", o->histogram);
}

/* Was nothing sent, or can nothing be said about it? EXIT_OK: neither. */
static int judge_sending(
	const struct load_options *o, const struct load_result *r)
{
	if (*r->halted)
		return say_failed(
			EXIT_SYSTEM, "the run ended early: %s", r->halted);
	if (r->whole.sent == 0 && o->config.mode == LOAD_PACED &&
		r->whole.due == 0)
		return say_failed(EXIT_CLAIM,
			"nothing was due in that time; use a "
			"longer --time or a higher rate");
	if (load_nothing_fits(r)) {
		fprintf(stderr, "udpmill load: nothing fits the path: ");
		load_print_limit(stderr, o, r);
		fputc('\n', stderr);
		return EXIT_SYSTEM;
	}
	if (r->whole.sent == 0)
		return say_failed(EXIT_SYSTEM, "nothing could be sent");
	return EXIT_OK;
}

static int judge(struct load_job *job)
{
	const struct load_options *o = job->options;
	struct plain *p = job->state;
	const struct load_result *r = &p->result;
	struct load_loss loss;
	char why[512];
	int code;

	if (finish_files(o, p))
		return EXIT_SYSTEM;
	code = judge_sending(o, r);
	if (code != EXIT_OK)
		return code;
	job->refused =
		r->absence == ABSENCE_NOBODY || r->absence == ABSENCE_GONE;
	if (load_absence_say(o, r, why, sizeof(why)))
		return say_failed(EXIT_NO_PEER, "%s", why);
	if (o->config.count_window && r->mark_count < LOAD_MARKS)
		return say_failed(EXIT_SYSTEM,
			"--count-windows: the run ended after %u of %u marks; "
			"use a longer --time or fewer datagrams",
			r->mark_count, LOAD_MARKS);
	loss = load_loss_of(o, r);
	if (!load_loss_is_borne(o, &loss) || !ledger_balances(&r->ledger) ||
		r->whole.corrupt > 0)
		return EXIT_CLAIM;
	return EXIT_OK;
}

static void end(struct load_job *job)
{
	struct plain *p = job->state;

	load_metrics_close(p->metrics);
	load_close(p->load);
	json_decref(p->intervals);
	json_decref(p->steps);
	(void)load_file_close(&p->csv);
	(void)load_file_close(&p->csv_steps);
	(void)load_file_close(&p->histogram);
}

const struct load_kind load_kind_plain = {
	.state_bytes = sizeof(struct plain),
	.open = begin,
	.keep = keep,
	.stop = stop,
	.run = run,
	.print = print,
	.judge = judge,
	.close = end,
};
