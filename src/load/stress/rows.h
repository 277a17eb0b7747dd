/* SPDX-License-Identifier: MIT */
/* Begins and ends the rows of a result. Private to load/stress/. */
#pragma once

#include "load/stress/lab.h"

/* Begins a row and reads the counters; never NULL. name and rule must outlive
 * the result. */
struct stress_row *lab_begin(
	struct stress_lab *lab, const char *name, const char *rule);

/* Ends the row: sets its differences of counters, and judges it. */
void lab_end(struct stress_lab *lab);

/* Adds a skipped row with the reason. */
void lab_skip(struct stress_lab *lab, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
