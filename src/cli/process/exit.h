/* SPDX-License-Identifier: MIT */
/*
 * What the end of a run means for whoever started it. An errno has one exit
 * code, and one name in JSON, in every verb and mode; the table is in exit.c.
 */
#pragma once

/* Exit codes, of every verb (an API). */
enum exit_code {
	EXIT_OK = 0,
	EXIT_CLAIM = 1,   /* the run's own claim failed: a ledger's remainder */
	EXIT_USAGE = 2,   /* bad arguments; one line on stderr */
	EXIT_SYSTEM = 3,  /* the system lacks something, named */
	EXIT_NO_PEER = 4, /* the peer did not answer */
};

/* error: -errno. */
enum exit_code exit_of(int error);

/* "refused", "timeout", "unreachable", "interrupted" or "failed". */
const char *outcome_of(int error);
