/* SPDX-License-Identifier: MIT */
/* `udpmill load --key`: a peer that is asked, and goes on being asked. */
#pragma once

#include "cli/load/said.h"

/* Asks the peer, before anything else is sent to it: fills in o->remote.
 * known_as is --key-address or NULL. Prints one line and exits where it does
 * not say yes. */
void load_key_ask(struct load_options *o, const char *path,
	const char *known_as, const char *peer);

/* From here on it has to say so again and again, or stop is called, by another
 * thread. Does nothing without o->remote. 0; or -errno and one line in why. */
int load_key_keep(const struct load_options *o, void (*stop)(void *arg),
	void *arg, char *why, size_t why_bytes);

/* Was it called? Then this says so. */
bool load_key_lapsed(const struct load_options *o);
