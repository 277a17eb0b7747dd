/* SPDX-License-Identifier: MIT */
/* What a thread does when a system call fails. Private to load/. */
#pragma once

#include "core/failures.h"

#include <stddef.h>

struct load_thread;

/* A call failed with error (an errno), and the failure is already counted. The
 * thread pauses for a moment and goes on, or is halted if going on is
 * pointless. failures is the record of that call. By the thread itself. */
void thread_failed(struct load_thread *t, struct failures *failures,
	const char *call, int error);

/* Ends the thread at its next turn, and the run with it. call: a literal. */
void thread_halt(struct load_thread *t, const char *call, int error);

/* Writes a sentence on why a halted thread was, once it has ended. */
void thread_why(const struct load_thread *t, char *why, size_t why_bytes);
