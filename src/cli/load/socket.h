/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that say what its sockets are like. */
#pragma once

#include "load/load.h"
#include "net/socket.h"

#include <argp.h>

struct load_socket {
	struct load_config *config;
	const char *bind; /* as it was typed; NULL: not said */
	const char *ports;
	bool txtime; /* of --kernel-pacing */
};

/* A child of load's argp; its input is a struct load_socket. */
extern const struct argp load_socket_argp;

/* What could not be known before the peer was: prints and exits where it does
 * not fit. */
void load_socket_plan(const struct load_socket *s);
