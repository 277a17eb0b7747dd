/* SPDX-License-Identifier: MIT */
/* Who may be loaded: this host, or who consents. */
#pragma once

#include "cli/load/said.h"

/* The rest happens there (--netns): names are looked up, sockets are made, and
 * the host's own addresses are the namespace's. Exits where it cannot be. */
void load_go_there(const char *netns);

/*
 * This namespace's own addresses are loaded unasked. So is a server that is in
 * another namespace of this host, if --netns says that namespaces are meant,
 * its namespace has the address, and a datagram sent there arrives at it.
 * Another host takes --peer-consents, and is said; else this exits.
 */
void load_require_consent(struct load_options *o, const char *peer);
