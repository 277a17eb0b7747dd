/* SPDX-License-Identifier: MIT */
/* Handles failed sends and receives, and reported ICMP errors. Private to
 * load/. */
#pragma once

#include "load/loop/thread.h"

/* A send over the flow failed with error (an errno), and nothing was taken.
 * Counts it; a datagram that would fail again is given up. */
void failed_send(struct load_thread *t, struct flow *f, int error);

/* A receive from the flow's socket failed with error (an errno). */
void failed_receive(struct load_thread *t, struct flow *f, int error);

/* Counts the ICMP errors reported for the flow, after a call that failed with
 * error, or that took only some messages (error 0). */
void failed_report(struct load_thread *t, struct flow *f, int error);
