/* SPDX-License-Identifier: MIT */
/* A run of `udpmill load` that failed: it still prints one JSON document, if
 * that was asked for. */
#pragma once

#include "cli/args/usage.h"
#include "cli/load/said.h"
#include "cli/process/exit.h"

/* Call before the command line is parsed, which fills in the options. They must
 * stay valid. */
void load_fail_begin(const struct load_options *o);

/* Prints one line on standard error and, with --json, a document with it on
 * standard output. error is -errno. Returns the exit code. */
int load_fail_tell(int error, const char *why);

/* The same for failures that are not usage errors, found after parsing;
 * exits. */
_Noreturn void load_fail(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
