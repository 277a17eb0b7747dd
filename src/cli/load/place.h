/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that select where it runs, how it reaches the
 * peer, and whether it may load it. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_place_argp;
