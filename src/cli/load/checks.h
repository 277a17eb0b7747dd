/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select what is checked, of each reply and
 * of the whole run. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_checks_argp;
