/* SPDX-License-Identifier: MIT */
/* Who may be loaded: this host, or a peer that consents. */
#pragma once

#include "cli/load/said.h"

/* Enters that namespace (--netns), in which the rest of the run takes place:
 * names are looked up, sockets are created, and the host's own addresses are
 * those of the namespace. Exits if that is not possible. */
void load_go_there(const char *netns);

/*
 * The addresses of this namespace need no consent. Nor does a server in another
 * namespace of this host, if --netns is given, its namespace has the address,
 * and a datagram sent there arrives at it. Another host needs --peer-consents,
 * and a notice says so; otherwise this exits.
 */
void load_require_consent(struct load_options *o, const char *peer);
