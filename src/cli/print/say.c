/* SPDX-License-Identifier: MIT */
#include "cli/print/say.h"

#include "cli/print/block.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((format(printf, 1, 0))) void say_list(
	const char *format, va_list list)
{
	char *text;

	if (vasprintf(&text, format, list) < 0) {
		fprintf(stderr, "%s: no memory\n", program_invocation_name);
		return;
	}
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	block_aside();
	fprintf(stderr, "%s: %s\n", program_invocation_name, text);
	block_back();
	free(text);
}

void say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
}

int say_failed(enum exit_code code, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
	return (int)code;
}

void say_exit(enum exit_code code, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say_list(format, list);
	va_end(list);
	exit((int)code);
}
