/* SPDX-License-Identifier: MIT */
/*
 * The channel to the host: the debug console of QEMU, a port to which each byte
 * is written. What is sent are frames, "@TAG LENGTH", a line feed, so many
 * bytes, and a line feed (udpmill_perf/guest/frames.py reads them).
 */
#pragma once

#include <stddef.h>

/* Before all others. 0 or -errno. */
int results_open(void);

void results_send(const char *tag, const void *data, size_t bytes);

/* A short text. */
void results_say(const char *tag, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sends what went wrong, one sentence, also to the console, and powers the
 * machine off. */
_Noreturn void results_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Powers the machine off. */
_Noreturn void results_end(void);
