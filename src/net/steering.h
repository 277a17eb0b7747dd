/* SPDX-License-Identifier: MIT */
/* The ways to steer, and steering a group (net/steer.h). */
#pragma once

#include "net/steer.h"

/* NULL-terminated; the first is the default. */
extern const struct steer *const steer_table[];

/* NULL: there is none of that name. */
const struct steer *steer_find(const char *name);

/*
 * Steers the datagrams of a group: fds in the order in which they were bound.
 * cpu: of each socket's worker, or NULL. Sets *by to what decides: "none" in a
 * group of one, "kernel", "cbpf" or "incoming_cpu". 0; or -errno and one line
 * in why.
 */
int steer_attach(const struct steer *s, const int *fds,
	const unsigned short *cpu, unsigned count, const char **by, char *why,
	size_t why_bytes);

/* The same for a group, even of one, that others join later: s must have a
 * program, which never names those; -EINVAL without one. */
int steer_growing(const struct steer *s, const int *fds,
	const unsigned short *cpu, unsigned count, const char **by, char *why,
	size_t why_bytes);
