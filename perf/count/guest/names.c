/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "file.h"
#include "results.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MOST   (64u << 20) /* bytes */
#define HIDDEN "0000000000000000 "

/* "ffffffff81000000 T _text", and for a module "\t[veth]". */
static bool is_function(const char *line, size_t bytes)
{
	const char *blank = memchr(line, ' ', bytes);
	size_t left = blank ? bytes - (size_t)(blank - line) : 0;

	return left > 3 && memchr("tTwW", blank[1], 4) && blank[2] == ' ';
}

size_t names_filter(char *text, size_t bytes)
{
	char *out = text, *end = text + bytes, *line, *next;

	for (line = text; line < end; line = next) {
		char *feed = memchr(line, '\n', (size_t)(end - line));

		next = feed ? feed + 1 : end;
		if (!is_function(line, (size_t)(next - line)))
			continue;
		memmove(out, line, (size_t)(next - line));
		out += next - line;
	}
	return (size_t)(out - text);
}

static char *read_whole(const char *path, size_t *bytes)
{
	char *text;
	int error = file_read(path, MOST, &text, bytes);

	if (error)
		results_fail("%s: %s", path, strerror(-error));
	return text;
}

void names_tell(void)
{
	size_t bytes;
	char *text = read_whole("/proc/kallsyms", &bytes);

	bytes = names_filter(text, bytes);
	if (bytes == 0 || memcmp(text, HIDDEN, strlen(HIDDEN)) == 0)
		results_fail("/proc/kallsyms has no addresses of functions; "
			     "the kernel needs CONFIG_KALLSYMS");
	results_send("kallsyms", text, bytes);
	free(text);
	text = read_whole("/proc/modules", &bytes);
	results_send("modules", text, bytes);
	free(text);
}
