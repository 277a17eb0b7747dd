/* SPDX-License-Identifier: MIT */
/*
 * A kind of run of `udpmill load`: the functions in which it differs. What all
 * kinds have in common is done here: the CPU, privileges, the key and signals.
 * The exit code is decided by the kind's report(), and here if the run could
 * not be made, or the key's consent lapsed.
 */
#pragma once

#include "cli/load/said.h"
#include "load/load.h"

struct load_job {
	struct load_options *options;
	void *state;  /* of the kind */
	bool refused; /* nobody listens, so nobody can consent either */
};

struct load_kind {
	bool one_thread; /* runs in this thread, on the first of --cpus */
	/* Fills in state. 0; or -errno and one line in why. Exits if the
	 * command line asks for something impossible. */
	int (*open)(struct load_job *job, char *why, size_t why_bytes);
	/* The capabilities still needed after open: see privilege_drop(). */
	uint64_t (*keep)(const struct load_job *job);
	/* Makes run() end soon. Called in a signal handler or by another
	 * thread. */
	void (*stop)(void *state);
	int (*run)(struct load_job *job, char *why, size_t why_bytes);
	/* Reports a run that did not fail. Returns an exit code. */
	int (*report)(struct load_job *job);
	/* A zeroed state is allowed. */
	void (*close)(struct load_job *job);
};

/* Runs it from open to close. Returns an exit code. */
int load_kind_run(const struct load_kind *kind, struct load_job *job);

/* For load_hooks.server, with a struct load_job; NULL if the server's counters
 * cannot be read. */
int (*load_kind_server(const struct load_job *job))(
	void *job, enum load_look look, struct load_server *out);

/* For load_hooks.notice. */
void load_kind_notice(void *job, const char *text);
