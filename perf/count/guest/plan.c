/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION     "1"
#define QUIET_MOST  60000 /* ms */
#define FIFO_MOST   99
#define DIGITS_MOST 9

/* State of the parsing. */
struct parsing {
	struct plan *plan;
	char **pool; /* the next free place */
	unsigned line;
	struct plan_step *open; /* the workload before its end; NULL: none */
	char *why;
	size_t why_bytes;
};

static int refuse(const struct parsing *s, const char *what, const char *word)
{
	snprintf(s->why, s->why_bytes, "the plan, line %u: %s%s%s%s", s->line,
		what, word ? " \"" : "", word ? word : "", word ? "\"" : "");
	return -EINVAL;
}

static unsigned count(char *const *words)
{
	unsigned n = 0;

	while (words[n])
		n++;
	return n;
}

/* Each takes the words after the directive. */

static int add(struct parsing *s, enum plan_kind kind, char **words)
{
	if (s->open)
		return refuse(s, "a workload has no end before it", NULL);
	s->plan->steps[s->plan->count++] = (struct plan_step){
		.kind = kind, .line = s->line, .words = words};
	return 0;
}

static int take_module(struct parsing *s, char **words)
{
	return add(s, PLAN_MODULE, words);
}

static int take_sysctl(struct parsing *s, char **words)
{
	return add(s, PLAN_SYSCTL, words);
}

static int take_run(struct parsing *s, char **words)
{
	return add(s, PLAN_RUN, words);
}

static int take_names(struct parsing *s, char **words)
{
	return add(s, PLAN_NAMES, words);
}

static int take_off(struct parsing *s, char **words)
{
	return add(s, PLAN_OFF, words);
}

/* 0 if it is not a number from 1 to most. */
static unsigned read_number(const char *word, unsigned most)
{
	size_t digits = strspn(word, "0123456789");
	unsigned long n = 0;

	if (!word[digits] && digits <= DIGITS_MOST)
		n = strtoul(word, NULL, 10);
	return n <= most ? (unsigned)n : 0;
}

static int take_quiet(struct parsing *s, char **words)
{
	unsigned ms = read_number(words[0], QUIET_MOST);
	int error;

	if (ms == 0)
		return refuse(s,
			"not a number of milliseconds from 1 to 60000:",
			words[0]);
	error = add(s, PLAN_QUIET, words);
	if (!error)
		s->plan->steps[s->plan->count - 1].ms = ms;
	return error;
}

static int take_workload(struct parsing *s, char **words)
{
	int error = add(s, PLAN_WORKLOAD, words);

	if (!error)
		s->open = &s->plan->steps[s->plan->count - 1];
	return error;
}

static int take_ready(struct parsing *s, char **words)
{
	s->open->ready = words[0];
	return 0;
}

static int take_listen(struct parsing *s, char **words)
{
	s->open->port = read_number(words[0], UINT16_MAX);
	if (s->open->port == 0)
		return refuse(s, "not a port from 1 to 65535:", words[0]);
	return 0;
}

static int take_server(struct parsing *s, char **words)
{
	s->open->server = words;
	return 0;
}

static int take_load(struct parsing *s, char **words)
{
	s->open->load = words;
	return 0;
}

/* Of a thread of the kernel, before all workloads, or of a program in one. */
static int take_policy(struct parsing *s, char **words)
{
	int priority = (int)read_number(words[2], FIFO_MOST), error = 0;

	if (strcmp(words[1], "fifo") != 0)
		return refuse(s, "there is no policy", words[1]);
	if (priority == 0)
		return refuse(s, "not a priority from 1 to 99:", words[2]);
	if (!s->open && strcmp(words[0], "softirq") == 0) {
		error = add(s, PLAN_POLICY, words);
		s->plan->steps[s->plan->count - 1].fifo = priority;
	} else if (s->open && strcmp(words[0], "server") == 0) {
		s->open->server_fifo = priority;
	} else if (s->open && strcmp(words[0], "load") == 0) {
		s->open->load_fifo = priority;
	} else {
		error = refuse(s, "nothing here has a policy that is called",
			words[0]);
	}
	return error;
}

static int take_end(struct parsing *s, char **words)
{
	(void)words;
	if ((!s->open->ready && !s->open->port) || !s->open->server ||
		!s->open->load)
		return refuse(s,
			"the workload has no ready (or listen), server or "
			"load:",
			s->open->words[0]);
	s->open = NULL;
	return 0;
}

static const struct {
	const char *name;
	unsigned least, most; /* words */
	bool inside;          /* belongs to a workload */
	int (*take)(struct parsing *s, char **words);
} directives[] = {
	{"module", 1, -1u, false, take_module},
	{"sysctl", 2, -1u, false, take_sysctl},
	{"run", 1, -1u, false, take_run},
	{"quiet", 1, 1, false, take_quiet},
	{"workload", 1, 1, false, take_workload},
	{"ready", 1, 1, true, take_ready},
	{"listen", 1, 1, true, take_listen},
	{"policy", 3, 3, false, take_policy},
	{"server", 1, -1u, true, take_server},
	{"load", 1, -1u, true, take_load},
	{"end", 0, 0, true, take_end},
	{"names", 0, 0, false, take_names},
	{"off", 0, 0, false, take_off},
};

static int take(struct parsing *s, char **words)
{
	unsigned n = count(words) - 1;

	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++) {
		if (strcmp(words[0], directives[i].name) != 0)
			continue;
		if (n < directives[i].least || n > directives[i].most)
			return refuse(s, "not the right number of words after",
				words[0]);
		if (directives[i].inside && !s->open)
			return refuse(
				s, "this belongs into a workload:", words[0]);
		return directives[i].take(s, words + 1);
	}
	return refuse(s, "there is no directive", words[0]);
}

/* The words of a line in the pool, ended by NULL. */
static char **split(struct parsing *s, char *line)
{
	char **words = s->pool, *rest = line, *word;

	while ((word = strsep(&rest, " \t")))
		if (*word)
			*s->pool++ = word;
	*s->pool++ = NULL;
	return words;
}

static int take_line(struct parsing *s, char *line)
{
	char **words = split(s, line);
	const struct plan *p = s->plan;

	if (!words[0])
		return 0;
	if (s->line == 1)
		return strcmp(words[0], "udpmill-plan") != 0 ||
				       count(words) != 2 ||
				       strcmp(words[1], VERSION) != 0
			       ? refuse(s,
					 "not \"udpmill-plan " VERSION
					 "\", but",
					 words[0])
			       : 0;
	if (p->count && p->steps[p->count - 1].kind == PLAN_OFF)
		return refuse(s, "after \"off\" there is", words[0]);
	return take(s, words);
}

/* Each word but the last of its line is followed by a blank, and each line ends
 * with NULL. */
static int allocate(struct plan *p, const char *text)
{
	size_t blanks = 0, lines = 1;

	for (; *text; text++) {
		blanks += *text == ' ' || *text == '\t';
		lines += *text == '\n';
	}
	p->pool = calloc(blanks + 2 * lines, sizeof(*p->pool));
	p->steps = calloc(lines, sizeof(*p->steps));
	return p->pool && p->steps ? 0 : -ENOMEM;
}

int plan_parse(struct plan *p, char *text, char *why, size_t why_bytes)
{
	struct parsing s = {.plan = p, .why = why, .why_bytes = why_bytes};
	char *rest = text, *line;
	int error;

	*p = (struct plan){0};
	snprintf(why, why_bytes, "the plan: no memory");
	error = allocate(p, text);
	s.pool = p->pool;
	while (!error && (line = strsep(&rest, "\n"))) {
		s.line++;
		error = take_line(&s, line);
	}
	if (!error && (!p->count || p->steps[p->count - 1].kind != PLAN_OFF))
		error = refuse(&s, "it does not end with \"off\"", NULL);
	if (error)
		plan_fini(p);
	return error;
}

void plan_fini(struct plan *p)
{
	free(p->steps);
	free(p->pool);
	*p = (struct plan){0};
}
