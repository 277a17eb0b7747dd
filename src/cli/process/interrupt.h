/* SPDX-License-Identifier: MIT */
/*
 * The signals that ask a run to end: SIGINT, SIGTERM and SIGHUP. They end the
 * run and not its report. A second SIGINT or SIGTERM ends the program, unless
 * it comes within a quarter of a second: timeout(1) sends each twice. A second
 * SIGHUP does not, since a terminal that goes away often sends it twice, and
 * some service managers send it along with SIGTERM. Where SIGHUP was ignored at
 * the start, as nohup(1) leaves it, it stays so.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* stop is called in a signal handler, with arg; it may be NULL. One run at a
 * time. */
void interrupt_catch(void (*stop)(void *arg), void *arg);

/* Sleeps. False, and at once, if one of the signals has come since they are
 * caught. */
bool interrupt_sleep(uint64_t ns);

/* When the run is over: SIGINT and SIGTERM end the program again, so that a
 * report that hangs can be ended, and SIGHUP does not cut it short. */
void interrupt_release(void);

/* Instead of both, for a thread that waits by sigtimedwait(2): blocks those of
 * the signals that are not ignored, and says which. Before there are threads,
 * which inherit it. */
void interrupt_block(sigset_t *signals);
