/* SPDX-License-Identifier: MIT */
/* --connected: a socket for each peer. */
#pragma once

#include "cli/serve/said.h"

/* The value of --connected-idle. */
void serve_connected_idle(struct serve_parsing *p, const char *text);

/* Chooses backend and steering. Exits if another option contradicts. */
void serve_connected_choose(struct serve_parsing *p);

/* How many sockets each worker may open. Call when the number of workers is
 * known. */
void serve_connected_plan(struct serve_parsing *p);
