/* SPDX-License-Identifier: MIT */
/* The services that are built in. */
#pragma once

#include "service/service.h"

/* NULL-terminated, in the order in which --help lists them. */
extern const struct service_ops *const service_table[];

/* NULL if there is no service of that name. */
const struct service_ops *service_find(const char *name);
