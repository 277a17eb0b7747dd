/* SPDX-License-Identifier: MIT */
#include "fatal.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void fatal(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fputs("udpmill-count: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	va_end(list);
	_exit(1);
}
