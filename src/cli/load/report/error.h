/* SPDX-License-Identifier: MIT */
/* A run of `udpmill load` that came to nothing: still one document of JSON,
 * where that was asked for. */
#pragma once

#include "cli/args/verb.h"
#include "cli/load/options.h"

/* Before the command line is parsed: options, and the command line as it was.
 * They stay. */
void load_error_begin(const struct load_options *o, int argc, char **argv);

/* One line on standard error; with --json, a document with it on standard
 * output. Returns the exit code. error: -errno. */
int load_error_tell(int error, const char *why);

/* The same, of an exit code that says why. */
void load_error_json(enum exit_code code, const char *outcome, const char *why);
