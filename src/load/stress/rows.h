/* SPDX-License-Identifier: MIT */
/* Rows of a report, as stresses fill them. Private to load/stress/. */
#pragma once

#include "load/stress/lab.h"

/* A row that begins, with the counters as they are; never NULL. rule lives on.
 */
struct stress_row *lab_begin(
	struct stress_lab *lab, const char *name, const char *rule);

/* The row is done: what has moved, and the verdict where none was given. A row
 * that was cut has none. */
void lab_end(struct stress_lab *lab);

/* A row that is nothing but a reason. */
void lab_skip(struct stress_lab *lab, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
