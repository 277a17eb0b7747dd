/* SPDX-License-Identifier: MIT */
/*
 * A kind of run of `udpmill load`: the functions in which it differs. What all
 * kinds have in common is done here: the CPU, privileges, the key and signals.
 * The exit code is decided by the kind's judge(), and here if the run could
 * not be made, or the key's consent lapsed.
 */
#pragma once

#include "cli/load/said.h"
#include "load/load.h"

#include <stddef.h>

struct load_job {
	struct load_options *options;
	void *state;  /* of the kind */
	bool refused; /* nobody listens, so nobody can consent either */
};

struct load_kind {
	bool one_thread; /* runs in this thread, on the first of --cpus */
	size_t state_bytes;
	/* Fills in the state, which is zeroed. NULL: it stays so. 0; or -errno
	 * and one line in why. Exits if the command line asks for something
	 * impossible. */
	int (*open)(struct load_job *job, char *why, size_t why_bytes);
	/* The capabilities still needed after open: see privilege_drop(). */
	uint64_t (*keep)(const struct load_job *job);
	/* Makes run() end soon. Called in a signal handler or by another
	 * thread. */
	void (*stop)(void *state);
	int (*run)(struct load_job *job, char *why, size_t why_bytes);
	/* Prints the report of a run that did not fail. 0 or -errno. */
	int (*print)(struct load_job *job);
	/* The exit code of that run; prints the reason if the report does not
	 * have it. Called after print(). */
	int (*judge)(struct load_job *job);
	/* NULL: nothing to close. A zeroed state is allowed. */
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
