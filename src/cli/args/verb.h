/* SPDX-License-Identifier: MIT */
/*
 * A verb of the command line: serve, send, load, stat, perf. Each is one file
 * with one function. Only cli/ prints to stdout and decides the exit code.
 */
#pragma once

#include "cli/process/exit.h"

struct verb {
	const char *name, *brief;
	/* argv[0] is "udpmill NAME". Returns an exit code. */
	int (*run)(int argc, char **argv);
};

int verb_serve(int argc, char **argv);
int verb_send(int argc, char **argv);
int verb_load(int argc, char **argv);
int verb_stat(int argc, char **argv);
int verb_perf(int argc, char **argv);

/*
 * For every verb: argp(3) options that parse with one voice. A bad value is
 * one line, "udpmill load: --time: \"x\" is not a time; 10s, 500ms or 2m
 * would be", and exit code 2.
 */
#include <argp.h>
#include <stdarg.h>
#include <stdbool.h>

/* One line on stderr in the form above, then exit(EXIT_USAGE). */
_Noreturn void usage_error(const struct argp_state *state, const char *format,
	...) __attribute__((format(printf, 2, 3)));

/* The same with another exit code, when parsing is over. */
_Noreturn void verb_fail(const char *name, enum exit_code code,
	const char *format, va_list ap) __attribute__((format(printf, 3, 0)));

/*
 * For a verb that reads options from a file too: where what a message complains
 * of was said. "FILE:LINE: " then goes before it; line 0: the command line. Of
 * messages with EXIT_USAGE only; NULL: there is no file.
 */
struct usage_place {
	const char *file;
	unsigned line;
};
extern struct usage_place (*usage_place)(const char *message);

/* Does a reader of this program's output read UTF-8? The locale says so. */
bool verb_utf8(void);
