/* SPDX-License-Identifier: MIT */
/* The counters of a server, for people and for machines. */
#pragma once

#include "cli/stat/options.h"
#include "cli/stat/view.h"
#include "export/left.h"

#include <stdio.h>

void stat_print_text(
	FILE *out, const struct stat_options *o, const struct stat_view *v);
void stat_print_list(FILE *out, const struct reader_list *list);
/* Lists the servers by file, for when pids do not tell them apart. */
void stat_print_files(FILE *out, const struct reader_list *list);
void stat_print_left(FILE *out, const struct left_list *left);
void stat_print_descriptions(FILE *out, const struct reader *r);

/* Schema udpmill.stat/1. compact: on one line. 0 or -errno. */
int stat_print_json(FILE *out, const struct stat_view *v, bool compact);

/* As JSON, too, with the schemas udpmill.list/1 and udpmill.describe/1. */
int stat_print_list_json(FILE *out, const struct reader_list *list,
	const struct left_list *left);
int stat_print_descriptions_json(FILE *out, const struct reader *r);

/* OpenMetrics 1.0 text. 0 or -errno. */
int stat_print_openmetrics(FILE *out, const struct stat_view *v);
