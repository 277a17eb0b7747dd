/* SPDX-License-Identifier: MIT */
/*
 * Figures and lists as words. What is returned stays until this thread has
 * asked for TEXT_ALIVE more: enough for all that one line holds.
 */
#pragma once

#include <stdint.h>

#define TEXT_ALIVE 16

/* "51.2 k", without a unit. */
const char *text_si(double value);

/* "51.2 Mbit/s", and "512 bit/s" too. */
const char *text_bits(uint64_t bytes, double seconds);

/* "12.3 us" */
const char *text_time(double ns);

/* "1 234 567" */
const char *text_grouped(uint64_t value);

/* "a", "a or b", "a, b or c", of what is ended by NULL; glue is " or ". */
const char *text_list(const char *const names[], const char *glue);
