/* SPDX-License-Identifier: MIT */
/* The backends there are, for the table in registry.c. */
#pragma once

#include "backend/backend.h"

extern const struct backend_ops backend_recvfrom;
extern const struct backend_ops backend_mmsg;
extern const struct backend_ops backend_uring; /* with HAVE_URING */
