/* SPDX-License-Identifier: MIT */
/* The way of the frames of a flow, by what its socket has. */
#pragma once

#include "load/engine/engine.h"
#include "xdp/frame.h"

/* Addresses, ports, TOS and TTL of a connected socket, with the link-layer
 * addresses of a path. 0 or -errno. */
int flow_route(struct frame_route *out, const struct engine_path *path, int fd);
