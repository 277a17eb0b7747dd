/* SPDX-License-Identifier: MIT */
/* How far a name that was typed is from one that there is. */
#pragma once

/* Letters to be put in, left out, typed anew or swapped with the next, to make
 * one of the other: of the first 64. */
unsigned nearest_distance(const char *a, const char *b);
