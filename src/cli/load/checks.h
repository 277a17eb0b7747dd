/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that say what is checked: of replies, and of
 * the whole. */
#pragma once

#include <argp.h>

/* A child of load's argp; its input is the struct load_parsing. */
extern const struct argp load_checks_argp;
