/* SPDX-License-Identifier: MIT */
/* Colour for people: on a terminal, unless NO_COLOR is set (no-color.org). */
#pragma once

#include <stdbool.h>
#include <stdio.h>

bool style_on(FILE *out);

/* Is it a terminal that understands escapes? TERM=dumb does not. */
bool style_terminal(FILE *out);

/* Does whoever reads our output expect UTF-8? The locale says so. */
bool style_utf8(void);

/* An escape, or "" if colour is off. */
#define STYLE(on, code) ((on) ? "\033[" code "m" : "")
#define STYLE_BOLD      "1"
#define STYLE_RED       "31"
#define STYLE_GREEN     "32"
#define STYLE_END       "0"
