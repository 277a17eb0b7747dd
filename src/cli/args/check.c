/* SPDX-License-Identifier: MIT */
#include "cli/args/check.h"

#include "cli/args/nearest.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What getopt_long(3) returns for a long option: values above every
 * character. */
#define FIRST_LONG 0x100

#define NAME_MOST 64

/* The options that argp adds to each verb. */
static const struct argp standard = {
	.options =
		(const struct argp_option[]){
			{"help", '?', NULL, 0, NULL, 0},
			{"usage", FIRST_LONG, NULL, 0, NULL, 0},
			{"version", 'V', NULL, 0, NULL, 0},
			{0},
		},
};

struct known {
	const struct argp_option **options;
	struct option *longs; /* those with a name, for getopt_long */
	char *shorts;         /* those with a letter */
	char **argv;          /* a copy: getopt_long sorts what it is given */
	int count, long_count;
	int own; /* how many of count are the verb's own; they come first */
};

static int count_options(const struct argp *argp)
{
	const struct argp_child *child = argp->children;
	const struct argp_option *o = argp->options;
	int n = 0;

	for (; o && (o->name || o->key || o->doc); o++)
		n++;
	for (; child && child->argp; child++)
		n += count_options(child->argp);
	return n;
}

static void add_option(struct known *k, const struct argp_option *o)
{
	int has_arg = !o->arg                          ? no_argument
		      : o->flags & OPTION_ARG_OPTIONAL ? optional_argument
						       : required_argument;

	if (o->name)
		k->longs[k->long_count++] = (struct option){
			o->name, has_arg, NULL, FIRST_LONG + k->count};
	if (o->key && o->key < FIRST_LONG && o->key != '?')
		sprintf(strchr(k->shorts, '\0'), "%c%.*s", o->key, has_arg,
			"::");
	/* A heading has neither a name nor a key. */
	if (o->name || o->key)
		k->options[k->count++] = o;
}

static void add_options(struct known *k, const struct argp *argp)
{
	const struct argp_child *child = argp->children;
	const struct argp_option *o = argp->options;

	for (; o && (o->name || o->key || o->doc); o++)
		add_option(k, o);
	for (; child && child->argp; child++)
		add_options(k, child->argp);
}

static int know(struct known *k, const struct argp *argp, int argc, char **argv)
{
	size_t n = (size_t)(count_options(argp) + count_options(&standard));

	k->options = calloc(n + 1, sizeof(*k->options));
	k->longs = calloc(n + 1, sizeof(*k->longs));
	k->shorts = calloc(n + 1, sizeof("c::"));
	k->argv = calloc((size_t)argc + 1, sizeof(*k->argv));
	if (!k->options || !k->longs || !k->shorts || !k->argv)
		return -1;
	memcpy(k->argv, argv, (size_t)argc * sizeof(*argv));
	/* Tells a missing value apart from an unknown option. */
	strcpy(k->shorts, ":");
	add_options(k, argp);
	k->own = k->count;
	add_options(k, &standard);
	return 0;
}

static void forget(struct known *k)
{
	free(k->options);
	free(k->longs);
	free(k->shorts);
	free(k->argv);
}

static _Noreturn void refuse_unknown(const struct known *k, const char *name)
{
	struct nearest near;

	nearest_begin(&near, name);
	for (int i = 0; i < k->long_count; i++)
		nearest_offer(&near, k->longs[i].name);
	if (near.found)
		usage_error(NULL,
			"\"--%s\" is not an option; did you mean --%s?", name,
			near.found);
	usage_error(NULL, "\"--%s\" is not an option; \"%s --help\" lists them",
		name, program_invocation_name);
}

/* text comes without its dashes: it names no option, or is short for
 * several. */
static _Noreturn void refuse_name(const struct known *k, const char *text)
{
	size_t n = strcspn(text, "="), at = 0;
	char name[NAME_MOST], several[1024] = "";

	snprintf(name, sizeof(name), "%.*s", (int)n, text);
	for (int i = 0; n && i < k->long_count && at < sizeof(several); i++)
		if (strncmp(k->longs[i].name, name, strlen(name)) == 0)
			at += (size_t)snprintf(several + at,
				sizeof(several) - at, "%s--%s",
				at ? " or " : "", k->longs[i].name);
	if (at)
		usage_error(NULL, "\"--%s\" is ambiguous; it could be %s", name,
			several);
	refuse_unknown(k, name);
}

static const struct argp_option *find(const struct known *k, int c)
{
	if (c >= FIRST_LONG)
		return k->options[c - FIRST_LONG];
	for (int i = 0; i < k->count; i++)
		if (k->options[i]->key == c)
			return k->options[i];
	return NULL;
}

/* c is what getopt_long() returned, and last the argument that it read. */
static _Noreturn void refuse(const struct known *k, int c, const char *last)
{
	const struct argp_option *o = optopt ? find(k, optopt) : NULL;
	char letter[8];

	if (c == ':' && optopt >= FIRST_LONG)
		usage_error(NULL, "--%s needs a value; write --%s=%s", o->name,
			o->name, o->arg);
	if (c == ':')
		usage_error(NULL, "-%c needs a value; write -%c %s", optopt,
			optopt, o->arg);
	if (o)
		usage_error(NULL, "\"%s\": --%s takes no value; leave it out",
			last, o->name);
	if (!optopt)
		refuse_name(k, last + strlen("--"));
	snprintf(letter, sizeof(letter),
		isgraph((unsigned char)optopt) ? "%c" : "\\x%02x",
		(unsigned char)optopt);
	usage_error(NULL, "\"-%s\" is not an option; \"%s --help\" lists them",
		letter, program_invocation_name);
}

void verb_check(const struct argp *argp, int argc, char **argv)
{
	/* Refusing exits; what is static is not reported as a leak then. */
	static struct known k;
	int c;

	if (know(&k, argp, argc, argv))
		say_exit(EXIT_SYSTEM, "no memory");
	optind = 0;
	opterr = 0;
	do {
		c = getopt_long(argc, k.argv, k.shorts, k.longs, NULL);
		/* '?' stands for an error, and for the option "-?". */
		if ((c == '?' && optopt != '?') || c == ':')
			refuse(&k, c, k.argv[optind - 1]);
	} while (c != -1 && c != '?' && c != 'V' && c < FIRST_LONG + k.own);
	forget(&k);
}
