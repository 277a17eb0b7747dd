/* SPDX-License-Identifier: MIT */
/* The command line of `udpmill stat`. */
#pragma once

#include "export/reader.h"

enum stat_form { STAT_TEXT, STAT_JSON, STAT_OPENMETRICS };
enum stat_subject { STAT_COUNTERS, STAT_LIST, STAT_DESCRIBE, STAT_CLEAN };

struct stat_options {
	const char *which; /* pid or file; NULL: the only one */
	enum stat_form form;
	enum stat_subject subject;
	bool all, workers;
	uint64_t interval_ns; /* between updates; 0: only one */
	uint64_t count;       /* of updates; 0: no limit */
};

/* Prints and exits if the command line cannot be parsed. */
void stat_options_parse(struct stat_options *o, int argc, char **argv);
