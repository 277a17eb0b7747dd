/* SPDX-License-Identifier: MIT */
/* --against of `udpmill load`: how to load what is not a udpmill server. */
#pragma once

#include <argp.h>

/* Prints how to load a server of that kind, and exits; for an unknown kind,
 * says which ones to choose from. */
void load_against(const char *kind);
