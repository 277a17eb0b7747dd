/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select how long it takes. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_time_argp;
