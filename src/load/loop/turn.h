/* SPDX-License-Identifier: MIT */
/* The thread's loop: turn after turn until the run is over. Private to
 * load/. */
#pragma once

#include "load/loop/thread.h"

/* One turn: recv -> check -> grant -> write -> send. */
void turn_once(struct load_thread *t);

/* Empties the thread's sockets; sends nothing. By the thread itself at its end,
 * or, once that has ended, by another. */
void turn_last(struct load_thread *t);

/* The thread's main function; returns after PHASE_END. */
void *turn_run(void *thread);
