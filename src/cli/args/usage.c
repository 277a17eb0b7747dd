/* SPDX-License-Identifier: MIT */
#include "cli/args/usage.h"

#include "cli/print/say.h"

#include <stdarg.h>
#include <stdlib.h>

struct usage_place (*usage_place)(const char *option);

static _Noreturn void refuse(
	const char *option, const char *name, const char *format, va_list list)
{
	struct usage_place place = {0};
	const char *dashes = name ? "--" : "", *colon = name ? ": " : "";
	char *text;

	if (vasprintf(&text, format, list) < 0)
		say_exit(EXIT_SYSTEM, "no memory");
	if (usage_place)
		place = usage_place(option);
	name = name ? name : "";
	if (place.line)
		say_exit(EXIT_USAGE, "%s:%u: %s%s%s%s", place.file, place.line,
			dashes, name, colon, text);
	say_exit(EXIT_USAGE, "%s%s%s%s", dashes, name, colon, text);
}

void usage_error(const char *option, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	refuse(option, option, format, list);
}

void usage_clash(const char *option, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	refuse(option, NULL, format, list);
}
