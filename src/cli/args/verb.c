/* SPDX-License-Identifier: MIT */
#include "cli/args/verb.h"

#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct usage_place (*usage_place)(const char *message);

void verb_fail(
	const char *name, enum exit_code code, const char *format, va_list ap)
{
	struct usage_place place = {0};
	char *message;

	if (vasprintf(&message, format, ap) < 0)
		exit(EXIT_SYSTEM);
	/* What was typed may hold a newline; this is one line. */
	for (char *c = message; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	if (usage_place && code == EXIT_USAGE)
		place = usage_place(message);
	fprintf(stderr, "%s: ", name);
	if (place.line)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	fprintf(stderr, "%s\n", message);
	exit(code);
}

void usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	verb_fail(state->name, EXIT_USAGE, format, ap);
}

bool verb_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", NULL);
	bool utf8;

	if (!locale)
		return false;
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}
