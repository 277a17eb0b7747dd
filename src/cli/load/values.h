/* SPDX-License-Identifier: MIT */
/* Options of `udpmill load` whose value is a word, or a time of its own bounds:
 * into config, or one line and exit code 2. */
#pragma once

#include "load/load.h"

#include <argp.h>

void load_parse_train(struct load_config *c, const char *text);
void load_parse_content(struct load_config *c, const char *text);
void load_parse_verify(struct load_config *c, const char *text);
void load_parse_timeout(struct load_config *c, const char *text);
void load_parse_expect(struct load_config *c, const char *text);
