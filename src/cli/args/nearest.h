/* SPDX-License-Identifier: MIT */
/* How far a mistyped name is from an existing one. */
#pragma once

/* How many letters have to be inserted, removed, replaced or swapped with the
 * next one to turn one name into the other. Only the first 64 letters count. */
unsigned nearest_distance(const char *a, const char *b);
