/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select what is checked, of each reply and
 * of the whole run. */
#pragma once

#include <argp.h>

struct load_parsing;

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_checks_argp;

/* Once it is known what the peer replies with: drops --verify full where no
 * reply has a payload to compare, and says so. */
void load_checks_adapt(struct load_parsing *p);
