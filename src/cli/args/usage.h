/* SPDX-License-Identifier: MIT */
/* Bad usage: one line on standard error, and EXIT_USAGE. */
#pragma once

#include <stdio.h>

/* Prints, for example, "udpmill load: --time: \"x\" is not a time; try 10s".
 * option is the long name of the option, or NULL if the message is not about
 * one option, and then begins without a name. */
_Noreturn void usage_error(const char *option, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for a sentence that names the option itself, such as one about two
 * options that exclude each other. */
_Noreturn void usage_clash(const char *option, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Set by a verb that also reads options from a file, to tell where an option
 * was given. If line is not 0, "FILE:LINE: " is put before the message; 0
 * stands for the command line. option may be NULL. The pointer is NULL if there
 * is no file.
 */
struct usage_place {
	const char *file;
	unsigned line;
};
extern struct usage_place (*usage_place)(const char *option);
