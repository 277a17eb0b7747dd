/* SPDX-License-Identifier: MIT */
#include "cli/print/text.h"

#include "core/units.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ROOM 128

static char *next(void)
{
	static _Thread_local char text[TEXT_ALIVE][ROOM];
	static _Thread_local unsigned last;

	return text[last++ % TEXT_ALIVE];
}

const char *text_si(double value)
{
	return units_format_si(value, next());
}

const char *text_bits(uint64_t bytes, double seconds)
{
	return text_rate_bits((double)bytes / seconds);
}

const char *text_rate_bits(double bytes_per_second)
{
	const char *number = text_si(bytes_per_second * 8);
	char *text = next();

	snprintf(text, ROOM, "%s%sbit/s", number,
		strchr(number, ' ') ? "" : " ");
	return text;
}

const char *text_time(double ns)
{
	return units_format_time(ns, next());
}

const char *text_grouped(uint64_t value)
{
	return units_format_grouped(value, next());
}

const char *text_list(const char *const names[], const char *glue)
{
	char *text = next();
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; names[i] && at < ROOM; i++)
		at += (size_t)snprintf(text + at, ROOM - at, "%s%s",
			i == 0         ? ""
			: names[i + 1] ? ", "
				       : glue,
			names[i]);
	return text;
}
