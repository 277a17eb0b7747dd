/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select how long it takes. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_time_argp;

struct load_parsing;

/* What follows from --count-windows. Call after parsing. */
void load_time_plan(struct load_parsing *p);
