/* SPDX-License-Identifier: MIT */
#include "cli/args/scenario.h"

#include "core/quote.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* How many characters of a line a message quotes. */
#define QUOTED 60

void scenario_init(struct scenario *s, char *text, size_t bytes,
	const char *const *sections)
{
	*s = (struct scenario){
		.at = text, .end = text + bytes, .sections = sections};
}

static int fail(struct scenario *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(s->why, sizeof(s->why), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int fail_about(struct scenario *s, const char *text, const char *format)
{
	char quoted[QUOTE_ROOM(QUOTED)];

	quote(quoted, sizeof(quoted), text, strnlen(text, QUOTED), false);
	return fail(s, format, quoted);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	while (is_blank(*text))
		text++;
	return text;
}

static void cut_comment(char *line)
{
	for (char *p = line; *p; p++)
		if ((*p == '#' || *p == ';') &&
			(p == line || is_blank(p[-1]))) {
			*p = '\0';
			return;
		}
}

/* Control characters are refused as well as NUL: what a message quotes must not
 * reach the terminal as a command. */
static int check_line(struct scenario *s, const char *line, size_t bytes)
{
	if (bytes > SCENARIO_LINE_MAX)
		return fail(s, "the line has %zu characters; the limit is %u",
			bytes, SCENARIO_LINE_MAX);
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return fail(s,
				"byte 0x%02x at column %zu; a scenario must be "
				"plain text",
				c, i + 1);
	}
	return 0;
}

/* 1 and the next line, ended by a NUL; 0 at the end; or -EINVAL. */
static int next_line(struct scenario *s, char **line)
{
	char *end = memchr(s->at, '\n', (size_t)(s->end - s->at));
	size_t bytes;
	int error;

	if (s->at == s->end)
		return 0;
	s->line++;
	*line = s->at;
	s->at = end ? end + 1 : s->end;
	if (!end)
		end = s->end;
	if (end > *line && end[-1] == '\r')
		end--;
	bytes = (size_t)(end - *line);
	error = check_line(s, *line, bytes);
	*end = '\0';
	return error ? error : 1;
}

static int fail_section(struct scenario *s, const char *name)
{
	char list[256] = "";
	size_t n = 0;

	for (size_t i = 0; s->sections[i]; i++)
		n += (size_t)snprintf(list + n,
			n < sizeof(list) ? sizeof(list) - n : 0, "%s[%s]",
			i ? ", " : "", s->sections[i]);
	fail_about(s, name, "[%s] is not a section; the sections are ");
	n = strlen(s->why);
	snprintf(s->why + n, sizeof(s->why) - n, "%s", list);
	return -EINVAL;
}

static int parse_section(struct scenario *s, char *text)
{
	char *bracket = strchr(text, ']');

	if (!bracket || bracket[1])
		return fail_about(s, text,
			"\"%s\" begins a section but does not end with a "
			"bracket; write it like \"[pace]\"");
	*bracket = '\0';
	text = trim(text + 1);
	for (size_t i = 0; s->sections[i]; i++)
		if (strcmp(text, s->sections[i]) == 0)
			return 0;
	return fail_section(s, text);
}

static int parse_pair(
	struct scenario *s, struct scenario_pair *pair, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return fail_about(s, text,
			"\"%s\" has no \"=\"; write it like \"rate = 10k\"");
	*equals = '\0';
	cut_comment(equals + 1); /* "rate =# none" */
	*pair = (struct scenario_pair){trim(text), trim(equals + 1), s->line};
	if (!*pair->key)
		return fail_about(s, pair->value,
			"\"= %s\" has no key; write it like \"rate = 10k\"");
	if (!*pair->value)
		return fail_about(s, pair->key,
			"\"%s\" has no value; to use the default, leave the "
			"line out");
	return 1;
}

int scenario_next(struct scenario *s, struct scenario_pair *pair)
{
	char *line;
	int got;

	while ((got = next_line(s, &line)) > 0) {
		cut_comment(line);
		line = trim(line);
		if (*line && *line != '[')
			return parse_pair(s, pair, line);
		if (*line && parse_section(s, line))
			return -EINVAL;
	}
	return got;
}

int scenario_write(FILE *out, const char *key, const char *value)
{
	static const char *const none[] = {NULL};
	char line[SCENARIO_LINE_MAX + 2];
	struct scenario_pair pair;
	struct scenario s;
	int n = snprintf(line, sizeof(line), "%s = %s", key, value);

	if (n > SCENARIO_LINE_MAX)
		return -EINVAL;
	scenario_init(&s, line, (size_t)n, none);
	if (scenario_next(&s, &pair) != 1 || strcmp(pair.key, key) != 0 ||
		strcmp(pair.value, value) != 0)
		return -EINVAL;
	fprintf(out, "%s = %s\n", key, value);
	return 0;
}
