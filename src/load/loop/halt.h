/* SPDX-License-Identifier: MIT */
/* What becomes of a thread whose system call failed. Private to load/. */
#pragma once

#include "core/failures.h"

#include <stddef.h>

struct load_thread;

/* A call failed with error (an errno) in a way that is counted already: after a
 * moment's pause the thread goes on, or, where that is pointless, it is halted.
 * failures is that call's. By the thread itself. */
void thread_failed(struct load_thread *t, struct failures *failures,
	const char *call, int error);

/* The thread ends at its next turn, and the run with it. call: a literal. */
void thread_halt(struct load_thread *t, const char *call, int error);

/* Why a halted thread did, in words; when it has ended. */
void thread_why(const struct load_thread *t, char *why, size_t why_bytes);
