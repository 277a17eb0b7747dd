/* SPDX-License-Identifier: MIT */
/* Options of `udpmill load` whose value is one of a few words: into config, or
 * one line and exit code 2. */
#pragma once

#include "load/load.h"

#include <argp.h>

void load_parse_train(const struct argp_state *state, struct load_config *c,
	const char *text);
void load_parse_content(const struct argp_state *state, struct load_config *c,
	const char *text);
void load_parse_verify(const struct argp_state *state, struct load_config *c,
	const char *text);
void load_parse_expect(const struct argp_state *state, struct load_config *c,
	const char *text);
