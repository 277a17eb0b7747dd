/* SPDX-License-Identifier: MIT */
/* The services there are. */
#pragma once

#include "service/service.h"

/* NULL-terminated, in the order --help lists. */
extern const struct service_ops *const service_table[];

/* NULL where there is none of that name. */
const struct service_ops *service_find(const char *name);
