/* SPDX-License-Identifier: MIT */
/*
 * The verbs of the command line: serve, send, load, stat, top, perf. Each is
 * a folder with one function. Only cli/ prints to stdout and decides the exit
 * code.
 */
#pragma once

#include "cli/process/exit.h"

struct verb {
	const char *name, *brief;
	/* argv[0] is "udpmill NAME". Returns the exit code. */
	int (*run)(int argc, char **argv);
};

int verb_serve(int argc, char **argv);
int verb_send(int argc, char **argv);
int verb_load(int argc, char **argv);
int verb_stat(int argc, char **argv);
int verb_top(int argc, char **argv);
int verb_perf(int argc, char **argv);
