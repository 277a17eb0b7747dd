/* SPDX-License-Identifier: MIT */
/* The tables of the backends: for registry.c alone. */
#pragma once

#include "backend/backend.h"

extern const struct backend_ops backend_recvfrom;
extern const struct backend_ops backend_mmsg;
extern const struct backend_ops backend_uring; /* only with HAVE_URING */
