/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` about a run as a whole: the number that it
 * carries, the scenario that it is read from, and how it is reported. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_output_argp;
