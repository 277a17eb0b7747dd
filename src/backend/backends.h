/* SPDX-License-Identifier: MIT */
/* The tables of the backends: for registry.c, and for xdp, which leaves to mmsg
 * what comes through the kernel's stack. */
#pragma once

#include "backend/backend.h"

extern const struct backend_ops backend_recvfrom;
extern const struct backend_ops backend_mmsg;
extern const struct backend_ops backend_uring;     /* only with HAVE_URING */
extern const struct backend_ops backend_xdp;       /* only with HAVE_XDP */
extern const struct backend_ops backend_connected; /* see registry.h */
