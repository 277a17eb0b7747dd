/* SPDX-License-Identifier: MIT */
/*
 * The plan of a boot, as udpmill_perf/guest/plan.py writes it: a text with a
 * directive on each line, and words separated by blanks.
 *
 *	udpmill-plan 1
 *	module PATH [PARAMETER=VALUE...]
 *	sysctl KEY VALUE...
 *	run PROGRAM ARGUMENT...
 *	quiet MILLISECONDS
 *	policy softirq fifo PRIORITY
 *	workload NAME
 *	ready PATH		or:
 *	listen PORT
 *	policy server|load fifo PRIORITY
 *	server PROGRAM ARGUMENT...
 *	load PROGRAM ARGUMENT...
 *	end
 *	names
 *	off
 *
 * It makes no system call, so that it can be tested alone.
 */
#pragma once

#include <stddef.h>

enum plan_kind {
	PLAN_MODULE,
	PLAN_SYSCTL,
	PLAN_RUN,
	PLAN_QUIET,
	PLAN_POLICY,
	PLAN_WORKLOAD,
	PLAN_NAMES,
	PLAN_OFF,
	PLAN_KINDS
};

/* Lists of words end with NULL, and point into the text. */
struct plan_step {
	enum plan_kind kind;
	unsigned line;
	char **words; /* after the directive */
	unsigned ms;  /* PLAN_QUIET */
	int fifo;     /* PLAN_POLICY: of softirqs */
	/* PLAN_WORKLOAD: a file or a UDP port (0: none) that shows that the
	 * server is ready; and two commands */
	const char *ready;
	unsigned port;
	char **server, **load;
	int server_fifo, load_fifo; /* priorities of SCHED_FIFO; 0: neither */
};

struct plan {
	struct plan_step *steps; /* the last one is PLAN_OFF */
	size_t count;
	char **pool;
};

/* Splits text, a string that is changed, and must stay until plan_fini(). 0; or
 * -EINVAL or -ENOMEM, and one line in why. */
int plan_parse(struct plan *p, char *text, char *why, size_t why_bytes);

/* Zeroed state is allowed. */
void plan_fini(struct plan *p);
