/* SPDX-License-Identifier: MIT */
/* The backends that are built in. */
#pragma once

#include "backend/backend.h"

/* NULL-terminated, in the order --backend auto tries and --help lists. mem,
 * the scripted fake, is not in it: only tests can name it. */
extern const struct backend_ops *const backend_table[];

/* NULL where there is none of that name. */
const struct backend_ops *backend_find(const char *name);

/* The fastest one that probes well here: never NULL, recvfrom always does. */
const struct backend_ops *backend_auto(void);
