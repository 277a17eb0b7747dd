/* SPDX-License-Identifier: MIT */
/* What a thread does: turns, until the run is over. Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* recv -> check -> grant -> write -> send, once. */
void turn_once(struct load_thread *t);

/* The thread's body: until the phase is PHASE_END. */
void *turn_run(void *thread);
