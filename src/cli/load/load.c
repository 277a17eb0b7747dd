/* SPDX-License-Identifier: MIT */
/* The verb load: a run of the generator, told as it goes and at its end. */
#include "cli/args/option.h"
#include "cli/args/verb.h"
#include "cli/load/fail.h"
#include "cli/load/mode/capacity.h"
#include "cli/load/mode/stages.h"
#include "cli/load/mode/stress.h"
#include "cli/load/options.h"
#include "cli/load/peer/key.h"
#include "cli/load/peer/peer.h"
#include "cli/load/report/absence.h"
#include "cli/load/report/files.h"
#include "cli/load/report/json.h"
#include "cli/load/report/loss.h"
#include "cli/load/report/report.h"
#include "cli/load/report/sends.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/interrupt.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct teller {
	struct load_options *options;
	json_t *intervals;
	struct load_file csv, histogram;
	bool refused; /* nobody listens, and so nobody can say yes either */
	bool rewrite; /* stderr is a terminal: one line, again and again */
};

static struct load *running;

static void stop(void *load)
{
	load_interrupt(load);
}

static int server(void *arg, enum load_look look, struct load_server *out)
{
	struct teller *t = arg;

	return load_peer_read(t->options, look, out);
}

static void interval(void *arg, const struct load_interval *i)
{
	struct teller *t = arg;

	if (t->intervals)
		json_array_append_new(t->intervals, load_interval_json(i));
	load_csv_write(&t->csv, i);
	if (t->options->quiet)
		return;
	if (t->rewrite) {
		fputs("\r\033[K", stderr);
		load_print_progress(stderr, i);
	} else {
		load_print_interval(stderr, i);
		fputc('\n', stderr);
	}
	fflush(stderr);
}

static void notice(void *arg, const char *text)
{
	(void)arg;
	say("%s", text);
}

static int tell_failure(const char *what, const char *path, int error)
{
	say("%s: writing %s: %s", what, path, strerror(-error));
	return error;
}

/* Is standard output a file's? */
static bool taken(const struct teller *t)
{
	return t->csv.out == stdout || t->histogram.out == stdout;
}

static int close_files(struct teller *t)
{
	const struct load_options *o = t->options;
	int error = load_file_close(&t->csv);

	if (error)
		return tell_failure("--csv", o->csv, error);
	error = load_file_close(&t->histogram);
	if (error)
		return tell_failure("--histogram", o->histogram, error);
	return 0;
}

/* Nothing of the run is worth a file. */
static bool is_nobody(const struct load_result *r)
{
	return r->absence == ABSENCE_NOBODY && !r->server_gone;
}

static int report(
	struct teller *t, const struct load_result *r, int argc, char **argv)
{
	struct load_loss loss;
	int error;
	char why[512];

	if (t->rewrite)
		fputs("\r\033[K", stderr);
	if (t->options->json) {
		json_t *intervals = t->intervals;

		t->intervals = NULL; /* consumed */
		error = load_print_json(
			stdout, t->options, r, intervals, argc, argv);
		if (error) {
			streams_tell("udpmill load", error);
			return EXIT_SYSTEM;
		}
	} else {
		/* The report makes room for what a program reads. */
		FILE *out = taken(t) ? stderr : stdout;

		load_print_text(out, t->options, r, style_on(out));
	}
	if (!is_nobody(r))
		load_histogram_write(
			&t->histogram, &r->histograms[LOAD_LATENCY]);
	if (close_files(t))
		return EXIT_SYSTEM;
	if (*r->halted) {
		say("the run ended early: %s", r->halted);
		return EXIT_SYSTEM;
	}
	if (r->whole.sent == 0 && t->options->config.mode == LOAD_PACED &&
		r->whole.due == 0) {
		say("nothing was due in that time; a longer "
		    "--time or a higher rate would be right");
		return EXIT_CLAIM;
	}
	if (load_nothing_fits(r)) {
		fprintf(stderr, "udpmill load: nothing fits the path: ");
		load_print_limit(stderr, t->options, r);
		fputc('\n', stderr);
		return EXIT_SYSTEM;
	}
	if (r->whole.sent == 0) {
		say("nothing could be sent");
		return EXIT_SYSTEM;
	}
	t->refused = r->absence == ABSENCE_NOBODY || r->absence == ABSENCE_GONE;
	if (load_absence_say(t->options, r, why, sizeof(why))) {
		say("%s", why);
		return EXIT_NO_PEER;
	}
	loss = load_loss_of(t->options, r);
	if (!load_loss_is_borne(t->options, &loss) ||
		!ledger_balances(&r->ledger) || r->whole.corrupt > 0)
		return EXIT_CLAIM;
	return EXIT_OK;
}

static int run_once(
	struct teller *t, int argc, char **argv, int *code, char *why, size_t n)
{
	struct load_result result;
	int error = load_run(running, &result, why, n);

	if (!error)
		*code = report(t, &result, argc, argv);
	return error;
}

static int run_search(
	struct teller *t, int argc, char **argv, int *code, char *why, size_t n)
{
	const struct load_capacity c = {
		.options = t->options,
		.load = running,
		.argc = argc,
		.argv = argv,
		.colour = style_on(stdout),
	};

	return load_capacity_find(&c, code, why, n);
}

/* Before anything is sent. */
static int open_files(struct teller *t)
{
	const struct load_options *o = t->options;
	const char *path = o->csv, *name = "--csv";
	int error = load_file_open(&t->csv, path);

	if (!error) {
		path = o->histogram;
		name = "--histogram";
		error = load_file_open(&t->histogram, path);
	}
	if (error)
		say("%s: %s: %s", name, *path ? path : "\"\"",
			strerror(-error));
	return error;
}

/* Flows that come later open their sockets later. */
static int drop(const struct load_options *o, char *why, size_t why_bytes)
{
	uint64_t keep =
		privilege_to_remove(o->csv) | privilege_to_remove(o->histogram);

	if (o->config.flow_lifetime_ns)
		keep |= privilege_sockets();
	return privilege_drop(keep, why, why_bytes);
}

int verb_load(int argc, char **argv)
{
	struct load_options o;
	struct teller t = {.options = &o, .rewrite = style_terminal(stderr)};
	struct load_hooks hooks = {.notice = notice, .arg = &t};
	char why[512], **said;
	int error, code = EXIT_USAGE;

	/* Parsing puts them into another order. */
	said = calloc((size_t)argc + 1, sizeof(*said));
	if (!said) {
		say("no memory");
		return EXIT_SYSTEM;
	}
	memcpy(said, argv, (size_t)argc * sizeof(*said));
	load_fail_begin(&o, argc, said);
	load_options_parse(&o, argc, argv);
	if (o.print_scenario) {
		code = EXIT_OK;
		goto out;
	}
	if (o.stages) {
		code = load_stages(&o, argc, said);
		goto out;
	}
	if (o.stress) {
		code = load_stress(&o, argc, said);
		goto out;
	}
	if (open_files(&t))
		goto out;
	if (o.view.reader || o.remote)
		hooks.server = server;
	/* A search tells its trials instead. */
	if (!o.find_capacity)
		hooks.interval = interval;
	if (o.json)
		t.intervals = json_array();
	error = load_open(&running, &o.config, &hooks, why, sizeof(why));
	if (!error)
		error = drop(&o, why, sizeof(why));
	if (!error)
		error = load_key_keep(&o, stop, running, why, sizeof(why));
	if (!error) {
		interrupt_catch(stop, running);
		error = (o.find_capacity ? run_search : run_once)(
			&t, argc, said, &code, why, sizeof(why));
	}
	if (error)
		code = load_fail_tell(error, why);
	if (load_key_lapsed(&o) && !t.refused)
		code = EXIT_CLAIM;
	remote_close(o.remote);
	o.remote = NULL;
	interrupt_release();
	load_close(running);
	json_decref(t.intervals);
out:
	free(said);
	(void)load_file_close(&t.csv);
	(void)load_file_close(&t.histogram);
	load_options_free(&o);
	return code;
}
