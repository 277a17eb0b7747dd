/* SPDX-License-Identifier: MIT */
/* How far a mistyped name is from an existing one. */
#pragma once

/* How many letters have to be inserted, removed, replaced or swapped with the
 * next one to turn one name into the other. Only the first 64 letters count. */
unsigned nearest_distance(const char *a, const char *b);

/* The name that somebody may have meant, of those that are offered. */
struct nearest {
	const char *mistyped;
	const char *found; /* NULL: none was near enough */
	unsigned distance; /* of it; without one, the largest allowed */
};

/* A third of the letters may be wrong, and at least one. */
void nearest_begin(struct nearest *n, const char *mistyped);
void nearest_offer(struct nearest *n, const char *name);
