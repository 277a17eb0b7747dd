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
	uint64_t interval_ns; /* of a watch; 0: once */
	uint64_t count;       /* of a watch's turns; 0: no bound */
};

/* Prints and exits by itself where the command line does not parse. */
void stat_options_parse(struct stat_options *o, int argc, char **argv);
