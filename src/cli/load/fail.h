/* SPDX-License-Identifier: MIT */
/* A run of `udpmill load` that came to nothing: still one document of JSON,
 * where that was asked for. */
#pragma once

#include "cli/args/usage.h"
#include "cli/load/said.h"
#include "cli/process/exit.h"

/* Before the command line is parsed, which fills them in. They stay. */
void load_fail_begin(const struct load_options *o);

/* One line on standard error; with --json, a document with it on standard
 * output. Returns the exit code. error: -errno. */
int load_fail_tell(int error, const char *why);

/* The same of what is no usage, when parsing is over, and exits. */
_Noreturn void load_fail(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
