/* SPDX-License-Identifier: MIT */
/* Why a ring of io_uring could not be set up. */
#pragma once

/* A sentence for the -errno of io_uring_setup(2), with flags of Linux 6.1. */
const char *ring_hint(int error);
