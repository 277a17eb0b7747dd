/* SPDX-License-Identifier: MIT */
#include "cli/verb.h"

#include "cli/verb_check.h"

#include <ctype.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "udpmill %s\n", UDPMILL_VERSION);
}

int verb_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	verb_check(argp, argc, argv);
	return argp_parse(argp, argc, argv, 0, NULL, input);
}

void usage_error(const struct argp_state *state, const char *format, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	/* What was typed may hold a newline; this is one line. */
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	fprintf(stderr, "%s: %s\n", state->name, text);
	exit(EXIT_USAGE);
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
