/* SPDX-License-Identifier: MIT */
/*
 * What an error of a run means for whoever started it: the same errno has the
 * same exit code, and the same name in JSON, in every verb and mode.
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
enum exit_code outcome_code(int error);

/* "refused", "timeout", "unreachable", "interrupted" or "failed". */
const char *outcome_name(int error);
