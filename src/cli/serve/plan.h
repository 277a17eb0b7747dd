/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill serve` said to what is done: names
 * are looked up, and what was left open is chosen. */
#pragma once

#include "cli/serve/said.h"

/* Fills in o->server. Prints and exits where it cannot be. */
void serve_plan(struct serve_parsing *p);

/* What there is, by name: the default, with mark behind it, comes first. As
 * text_list(). */
const char *serve_services(const char *mark, const char *glue);
const char *serve_backends(const char *mark, const char *glue);
