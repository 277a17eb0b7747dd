/* SPDX-License-Identifier: MIT */
/* Values of options of `udpmill serve`. What is wrong ends the program, with a
 * line that says what would be right. */
#pragma once

#include "cli/serve/said.h"

const struct service_ops *serve_parse_service(const char *text);
/* Adds a prefix to those of --allow. */
void serve_parse_allow(struct serve_options *o, char *text);
double serve_parse_burn(const char *text);
