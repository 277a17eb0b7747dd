/* SPDX-License-Identifier: MIT */
/* `udpmill load --key`: a peer that is asked for consent, again and again. */
#pragma once

#include "cli/load/said.h"

/* Asks the peer for consent before anything else is sent to it, and fills in
 * o->remote. known_as is --key-address or NULL. Prints one line and exits if
 * the peer does not consent. */
void load_key_ask(struct load_options *o, const char *path,
	const char *known_as, const char *peer);

/* From here on the peer has to renew its consent, or another thread calls stop.
 * Does nothing without o->remote. 0; or -errno and one line in why. */
int load_key_keep(const struct load_options *o, void (*stop)(void *arg),
	void *arg, char *why, size_t why_bytes);

/* Was stop called for that reason? If so, says it. */
bool load_key_lapsed(const struct load_options *o);
