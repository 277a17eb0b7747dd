/* SPDX-License-Identifier: MIT */
/*
 * What the end of a run means for whoever started it. Each errno has one exit
 * code, and one name in JSON, in every verb and mode; the table is in exit.c.
 */
#pragma once

/* Exit codes of every verb; they are part of the interface. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_CLAIM = 1, /* what the run checks failed: the ledger, --max-loss */
	EXIT_USAGE = 2, /* bad arguments; one line on stderr */
	EXIT_SYSTEM = 3, /* the system lacks something that the message names */
	EXIT_NO_PEER = 4, /* the peer did not answer */
};

/* error: -errno. */
enum exit_code exit_of(int error);

/* "refused", "timeout", "unreachable", "interrupted" or "failed". */
const char *outcome_of(int error);
