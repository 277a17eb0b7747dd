/* SPDX-License-Identifier: MIT */
/*
 * What a verb prints on standard error: one line that begins with "udpmill
 * VERB: ", even if it quotes something with a newline in it.
 */
#pragma once

#include "cli/process/exit.h"

#define SAYS(text, first) __attribute__((format(printf, text, first)))

void say(const char *format, ...) SAYS(1, 2);

/* The same; returns the code. */
int say_failed(enum exit_code code, const char *format, ...) SAYS(2, 3);

/* The same, and exits. */
_Noreturn void say_exit(enum exit_code code, const char *format, ...)
	SAYS(2, 3);
