/* SPDX-License-Identifier: MIT */
/*
 * The signals that ask a run to end: SIGINT, SIGTERM and SIGHUP. They end the
 * run, but not its report. A second SIGINT or SIGTERM ends the program, unless
 * it comes within a quarter of a second, since timeout(1) sends each signal
 * twice. A second SIGHUP does not: a terminal that goes away often sends it
 * twice, and some service managers send it along with SIGTERM. If SIGHUP was
 * ignored at the start, as nohup(1) leaves it, it stays ignored.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Calls stop, which may be NULL, with arg in a signal handler. One run at a
 * time. */
void interrupt_catch(void (*stop)(void *arg), void *arg);

/* Sleeps. Returns false, and at once, if one of the signals has come since
 * interrupt_catch(). */
bool interrupt_sleep(uint64_t ns);

/* Call when the run is over: SIGINT and SIGTERM end the program again, so that
 * a report that hangs can be ended, and SIGHUP does not cut the report
 * short. */
void interrupt_release(void);

/* Use this instead of the above in a thread that waits with sigtimedwait(2):
 * blocks those of the signals that are not ignored, and returns them. Call it
 * before threads are started, since they inherit the mask. */
void interrupt_block(sigset_t *signals);
