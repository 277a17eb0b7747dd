/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that configure its sockets. */
#pragma once

#include "load/load.h"
#include "net/socket.h"

#include <argp.h>

struct load_socket {
	struct load_config *config;
	const char *bind; /* as typed; NULL: not given */
	const char *ports;
	bool txtime; /* --kernel-pacing=txtime */
};

/* A child of load's argp; its input is a struct load_socket. */
extern const struct argp load_socket_argp;

/* Plans what depends on the peer's address: prints and exits if it does not
 * fit. */
void load_socket_plan(const struct load_socket *s);
