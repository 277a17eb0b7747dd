/* SPDX-License-Identifier: MIT */
/* What --version prints, of the program and of every verb. */
#pragma once

#include <stdio.h>

/* The first line is "udpmill VERSION". The others say what this build has: its
 * build ID, which the linker computes from what it linked, its features, and
 * the libraries that it was built with. */
void version_print(FILE *out);
