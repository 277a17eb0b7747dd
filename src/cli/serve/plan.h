/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill serve` said to what is done: names
 * are looked up, and what was left open is chosen. */
#pragma once

#include "cli/serve/options.h"

/* What was said, before names are looked up. */
struct serve_parsing {
	struct serve_options *o;
	const char *texts[64]; /* addresses */
	unsigned text_count;
	int family;
	const char *backend, *cpus, *key;
	const char *key_addresses[SERVE_KEY_ADDRESSES];
	unsigned key_address_count;
	uint64_t workers;
};

/* Fills in o->server. Prints and exits where it cannot be. */
void serve_plan(struct serve_parsing *p);
