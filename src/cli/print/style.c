/* SPDX-License-Identifier: MIT */
#include "cli/print/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool style_terminal(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0);
}

bool style_on(FILE *out)
{
	const char *no = getenv("NO_COLOR");

	return style_terminal(out) && !(no && *no);
}
