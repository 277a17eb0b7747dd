/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill serve` said to what the server does:
 * looks up names, and chooses what was left open. */
#pragma once

#include "cli/serve/said.h"

/* Fills in o->server. Prints and exits if that is not possible. */
void serve_plan(struct serve_parsing *p);

/* The names to choose from: the default comes first, with mark after it. The
 * text lives as long as one of text_list(). */
const char *serve_services(const char *mark, const char *glue);
const char *serve_backends(const char *mark, const char *glue);
const char *serve_steers(const char *mark, const char *glue);
