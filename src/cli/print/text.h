/* SPDX-License-Identifier: MIT */
/*
 * Numbers and lists as text. A returned text stays valid until this thread has
 * asked for TEXT_ALIVE more, which is enough for one line of output.
 */
#pragma once

#include <stdint.h>

#define TEXT_ALIVE 16

/* "51.2 k", without a unit. */
const char *text_si(double value);

/* "51.2 Mbit/s", or "512 bit/s". */
const char *text_bits(uint64_t bytes, double seconds);
const char *text_rate_bits(double bytes_per_second);

/* "12.3 us" */
const char *text_time(double ns);

/* "1 234 567" */
const char *text_grouped(uint64_t value);

/* "a", "a or b", "a, b or c"; names ends with NULL, and glue is " or ". */
const char *text_list(const char *const names[], const char *glue);
