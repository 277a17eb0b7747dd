/* SPDX-License-Identifier: MIT */
/* --copy: how much of each datagram the server gets from the kernel. */
#pragma once

#include "cli/serve/said.h"

/* One of the words that --copy takes. */
void serve_copy_parse(struct serve_options *o, const char *text);

/* Sets what is copied. Call when all options are known: exits if something has
 * to be read that would not be copied. */
void serve_copy_plan(struct serve_options *o);

/* The word. */
const char *serve_copy_name(const struct serve_options *o);
