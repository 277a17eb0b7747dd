/* SPDX-License-Identifier: MIT */
/* Bad usage: one line on standard error, and EXIT_USAGE. */
#pragma once

#include <stdio.h>

/* "udpmill load: --time: \"x\" is not a time; 10s, 500ms or 2m would be".
 * option: its long name; NULL: it is about none, and has no such beginning. */
_Noreturn void usage_error(const char *option, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A sentence that has the option's name in it, such as one about two options
 * that do not go together. */
_Noreturn void usage_clash(const char *option, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * For a verb that reads options from a file too: where this one was said.
 * "FILE:LINE: " then goes before the message; line 0: the command line. option
 * may be NULL. NULL: there is no file.
 */
struct usage_place {
	const char *file;
	unsigned line;
};
extern struct usage_place (*usage_place)(const char *option);
