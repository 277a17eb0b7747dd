/* SPDX-License-Identifier: MIT */
/* What becomes of a send or receive that failed, and of what ICMP has reported.
 * Private to load/. */
#pragma once

#include "load/loop/thread.h"

/* A send over the flow failed with error, and none of it was taken: it is
 * counted, and where it will fail again the next one is another. */
void failed_send(struct load_thread *t, struct flow *f, int error);

/* A receive from the flow's socket failed with error. */
void failed_receive(struct load_thread *t, struct flow *f, int error);

/* Counts what ICMP has reported for the flow, after a call that failed with
 * error, or (0) ended before its end. */
void failed_report(struct load_thread *t, struct flow *f, int error);
