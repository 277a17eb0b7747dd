/* SPDX-License-Identifier: MIT */
/*
 * Numbers as people type and read them. Parsers must consume the whole text:
 * trailing characters, a sign, an overflow or an empty string give -EINVAL or
 * -ERANGE and leave *value untouched. 0 on success.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT 32

/* A whole number without a unit, from lowest to highest; else -ERANGE. */
int units_parse_count(
	uint64_t *value, const char *text, uint64_t lowest, uint64_t highest);

/* Bytes, bits or a rate: k M G T are powers of 1000, Ki Mi Gi Ti of 1024;
 * fractions are allowed if the result is whole ("1.5k"). */
int units_parse_size(uint64_t *value, const char *text);

/* A rate: the same prefixes, and fractions of up to nine digits ("0.5",
 * "1.5k"). *value is the nearest double. */
int units_parse_rate(double *value, const char *text);

/* Time to nanoseconds: ns us ms s m h; a bare number is seconds; fractions
 * allowed ("0.5", "1.5ms"). */
int units_parse_time(uint64_t *value_ns, const char *text);

/* Write a value so that the parser gives exactly it back: "1472", "10k", "8Mi";
 * "300ms", "1s". Return text. */
const char *units_spell_size(uint64_t value, char text[UNITS_TEXT]);
const char *units_spell_time(uint64_t value_ns, char text[UNITS_TEXT]);

/* The shortest text from which units_parse_rate() gets exactly this value, one
 * that it has returned: "10k", "1.5", "0.001". */
const char *units_spell_rate(double value, char text[UNITS_TEXT]);

/* "1.23 M", "987 k", "12", "0.50", "0.00195": three significant digits, powers
 * of 1000. */
const char *units_format_si(double value, char text[UNITS_TEXT]);

/* "18.3 us", "1.20 s" */
const char *units_format_time(double value_ns, char text[UNITS_TEXT]);

/* "1 234 567": groups of three digits separated by plain spaces. */
const char *units_format_grouped(uint64_t value, char text[UNITS_TEXT]);
