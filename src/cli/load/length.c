/* SPDX-License-Identifier: MIT */
#include "cli/load/length.h"

#include "cli/args/named_file.h"
#include "core/probe.h"
#include "core/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHTS_MAX 256
#define TEXT_MAX    4096
/* The limit for a file with sizes: more than the largest number of sizes needs,
 * with comments. */
#define FILE_MAX       (1u << 20)
#define LINE_MAX_BYTES 511

struct parsing {
	const struct load_length *how;
	struct sizes_weight weights[WEIGHTS_MAX];
	uint32_t count;
	char *why;
	size_t why_bytes;
};

static int fail(struct parsing *p, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(p->why, p->why_bytes, format, list);
	va_end(list);
	return -EINVAL;
}

static int parse_bytes(struct parsing *p, uint32_t *out, const char *text)
{
	uint64_t v;

	if (units_parse_size(&v, text))
		return fail(p,
			"\"%s\" is not a length; try 64, 32-1472, imix, "
			"64:7,1472:1 or @FILE",
			text);
	if (v > p->how->most)
		return fail(p,
			"%llu bytes do not fit into a datagram; use at most %u "
			"on %s",
			(unsigned long long)v, p->how->most,
			p->how->headers > 46 ? "IPv6" : "IPv4");
	*out = (uint32_t)v;
	return 0;
}

static int add_weight(struct parsing *p, const char *bytes, const char *weight)
{
	struct sizes_weight *w = &p->weights[p->count];
	char *end;
	int error;

	if (p->count == WEIGHTS_MAX)
		return fail(p, "there are more than %u sizes", WEIGHTS_MAX);
	error = parse_bytes(p, &w->bytes, bytes);
	if (error)
		return error;
	w->weight = strtod(weight, &end);
	if (end == weight || *end || !(w->weight > 0) || w->weight > 1e12)
		return fail(p, "\"%s\" is not a weight; give a number above 0",
			weight);
	p->count++;
	return 0;
}

static int deal(struct parsing *p, struct sizes *sizes)
{
	int error = sizes_weighted(sizes, p->weights, p->count, p->how->seed);

	if (error == -ERANGE)
		return fail(p, "one of the weights is less than 1/1024 of "
			       "their sum, so its size would never be sent");
	return error ? fail(p, "no sizes are given") : 0;
}

static int parse_list(struct parsing *p, struct sizes *sizes, char *text)
{
	char *at, *rest = NULL;

	for (at = strtok_r(text, ",", &rest); at;
		at = strtok_r(NULL, ",", &rest)) {
		char *colon = strchr(at, ':');
		int error;

		if (colon)
			*colon = '\0';
		error = add_weight(p, at, colon ? colon + 1 : "1");
		if (error)
			return error;
	}
	return deal(p, sizes);
}

static int parse_line(struct parsing *p, char *line)
{
	char *comment = strchr(line, '#');
	char *rest = NULL, *bytes, *weight;

	if (comment)
		*comment = '\0';
	bytes = strtok_r(line, " \t\r\n", &rest);
	if (!bytes)
		return 0;
	weight = strtok_r(NULL, " \t\r\n", &rest);
	if (!weight || strtok_r(NULL, " \t\r\n", &rest))
		return fail(
			p, "this is not a size and a weight; try \"1472 3\"");
	return add_weight(p, bytes, weight);
}

/* The next line of the rest, without its end; NULL if there is none. */
static char *next_line(char **rest)
{
	char *line = *rest;

	if (!line || !*line)
		return NULL;
	*rest = strchr(line, '\n');
	if (*rest)
		*(*rest)++ = '\0';
	return line;
}

static int parse_lines(
	struct parsing *p, const char *path, char *text, size_t bytes)
{
	char why[192], *line, *rest = text;
	int error = 0;

	if (strlen(text) != bytes)
		return fail(p,
			"%s: there is a byte 0x00; the file must be text",
			path);
	for (unsigned n = 1; !error && (line = next_line(&rest)); n++) {
		if (strlen(line) > LINE_MAX_BYTES)
			return fail(p,
				"%s:%u: the line has more than %u "
				"characters",
				path, n, LINE_MAX_BYTES);
		error = parse_line(p, line);
		if (error) {
			snprintf(why, sizeof(why), "%s", p->why);
			fail(p, "%s:%u: %s", path, n, why);
		}
	}
	return error;
}

static int parse_file(struct parsing *p, struct sizes *sizes, const char *path)
{
	char why[128], *text;
	size_t bytes;
	int error = named_file_read(
		&text, &bytes, path, FILE_MAX, why, sizeof(why));

	if (error)
		return fail(p, "%s: %s", path, why);
	error = parse_lines(p, path, text, bytes);
	free(text);
	return error ? error : deal(p, sizes);
}

static int parse_range(struct parsing *p, struct sizes *sizes, char *text)
{
	char *dash = strchr(text, '-');
	uint32_t least = 0, most = 0;
	int error;

	*dash = '\0';
	error = parse_bytes(p, &least, text);
	if (!error)
		error = parse_bytes(p, &most, dash + 1);
	if (error)
		return error;
	if (least > most)
		return fail(p, "%u-%u is in descending order; write %u-%u",
			least, most, most, least);
	sizes_range(sizes, least, most, p->how->seed);
	return 0;
}

int load_length_parse(struct sizes *sizes, const char *text,
	const struct load_length *how, char *why, size_t why_bytes)
{
	struct parsing p = {.how = how, .why = why, .why_bytes = why_bytes};
	char copy[TEXT_MAX];
	uint32_t bytes = 0;
	int error;

	if (strcmp(text, "imix") == 0) {
		sizes_imix(sizes, how->headers, PROBE_BYTES, how->seed);
		return 0;
	}
	if (text[0] == '@')
		return parse_file(&p, sizes, text + 1);
	if (strlen(text) >= sizeof(copy))
		return fail(&p, "it has more than %u characters", TEXT_MAX - 1);
	strcpy(copy, text);
	if (strpbrk(copy, ":,"))
		return parse_list(&p, sizes, copy);
	if (isdigit((unsigned char)copy[0]) && strchr(copy, '-'))
		return parse_range(&p, sizes, copy);
	error = parse_bytes(&p, &bytes, text);
	if (!error)
		sizes_fixed(sizes, bytes);
	return error;
}
