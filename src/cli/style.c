/* SPDX-License-Identifier: MIT */
#include "cli/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool style_on(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no && *no) &&
	       !(term && strcmp(term, "dumb") == 0);
}
