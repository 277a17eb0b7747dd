/* SPDX-License-Identifier: MIT */
/* The backends that are built in. */
#pragma once

#include "backend/backend.h"

/* NULL-terminated, in the order in which --backend auto tries them and --help
 * lists them. mem, the scripted fake for tests, is not in it. */
extern const struct backend_ops *const backend_table[];

/* What --connected chooses; it is not in the table. */
const struct backend_ops *backend_connecting(void);

/* NULL if there is no backend of that name. */
const struct backend_ops *backend_find(const char *name);

/* The first that can run here. Never NULL: recvfrom always can. */
const struct backend_ops *backend_auto(void);
