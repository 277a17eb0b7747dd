/* SPDX-License-Identifier: MIT */
/* --against of `udpmill load`: how to load what is not a udpmill server. */
#pragma once

#include <argp.h>

/* Prints what is to be known of that kind, and exits; or says which kinds there
 * are. */
void load_against(const char *kind);
