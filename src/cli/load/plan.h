/* SPDX-License-Identifier: MIT */
/* From what the command line of `udpmill load` said to what is done: may this
 * peer be loaded, who is it, and what follows for what was left open. */
#pragma once

#include "cli/args/verb.h"
#include "cli/load/options.h"
#include "cli/load/pace.h"
#include "cli/load/socket.h"

/* What was said, before names are looked up and the server is looked for. */
struct load_parsing {
	struct load_options *o;
	const char *peer, *cpus, *length, *payload, *key, *key_address;
	int family;
	bool flood, gro_said, expect_said, train_said, time_said, length_said;
	bool flows_said, threads_said, omit_said, content_said;
	struct load_pace pace;
	struct load_socket socket;
};

/* As usage_error() does it, when parsing is over. */
_Noreturn void load_fail(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fills in o->config and o->view. Prints and exits where it cannot be. */
void load_plan(struct load_parsing *p);
