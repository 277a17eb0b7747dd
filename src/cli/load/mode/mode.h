/* SPDX-License-Identifier: MIT */
/*
 * A kind of run of `udpmill load`: what it does of its own. What all do, they
 * do here: the CPU, privileges, the key, signals, and the exit code.
 */
#pragma once

#include "cli/load/said.h"
#include "load/load.h"

struct load_job {
	struct load_options *options;
	void *state;  /* the mode's */
	bool refused; /* nobody listens, and so nobody can consent either */
};

struct load_kind {
	bool one_thread; /* this one: on the first of --cpus */
	/* Fills in state. 0; or -errno and one line in why. Exits where the
	 * command line asked for what cannot be. */
	int (*open)(struct load_job *job, char *why, size_t why_bytes);
	/* What is needed after it: see privilege_drop(). */
	uint64_t (*keep)(const struct load_job *job);
	/* Ends run() soon: in a signal handler, or from another thread. */
	void (*stop)(void *state);
	int (*run)(struct load_job *job, char *why, size_t why_bytes);
	/* Of a run that came to something. Returns an exit code. */
	int (*report)(struct load_job *job);
	/* Zeroed state is legal. */
	void (*close)(struct load_job *job);
};

extern const struct load_kind load_kind_plain, load_kind_capacity;
extern const struct load_kind load_kind_stages, load_kind_stress;

/* From open to close. Returns an exit code. */
int load_kind_run(const struct load_kind *kind, struct load_job *job);

/* load_hooks.server, of a struct load_job; NULL: nobody tells. */
int (*load_kind_server(const struct load_job *job))(
	void *job, enum load_look look, struct load_server *out);

/* load_hooks.notice */
void load_kind_notice(void *job, const char *text);
