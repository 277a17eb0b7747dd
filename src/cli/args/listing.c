/* SPDX-License-Identifier: MIT */
#include "cli/args/listing.h"

#include "cli/print/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The options that argp adds to each verb. */
static const struct argp standard = {
	.options =
		(const struct argp_option[]){
			{"help", '?', NULL, 0, "Give this help list", 0},
			{"usage", 0x100, NULL, 0, "Give a short usage message",
				0},
			{"version", 'V', NULL, 0, "Print program version", 0},
			{0},
		},
};

static json_t *text_or_null(const char *text)
{
	return text ? json_text(text) : json_null();
}

/* A word of a list, or one of the alternatives in "N|off": capitals stand for a
 * value, and brackets enclose what may be left out. */
static void add_word(json_t *list, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isupper((unsigned char)word[i]) || word[i] == '[')
			return;
	if (n)
		json_add(list, json_stringn(word, n));
}

static void add_words(json_t *list, const char *text, const char *between)
{
	size_t n;

	for (; *text; text += n) {
		text += strspn(text, between);
		n = strcspn(text, between);
		if (n != 2 || strncmp(text, "or", n) != 0)
			add_word(list, text, n);
	}
}

static json_t *values_of(const struct argp *argp, const struct argp_option *o)
{
	json_t *list = json_array();
	char *text = NULL;

	if (argp->help_filter && o->arg)
		text = argp->help_filter(OPTION_VALUES(o->key), NULL, NULL);
	if (text)
		add_words(list, text, ", ");
	else if (o->arg && strchr(o->arg, '|'))
		add_words(list, o->arg, "|");
	free(text);
	return list;
}

static json_t *help_of(const struct argp *argp, const struct argp_option *o)
{
	char *text = (char *)o->doc;
	json_t *help;

	if (argp->help_filter)
		text = argp->help_filter(o->key, o->doc, NULL);
	help = text_or_null(text);
	if (text != o->doc)
		free(text);
	return help;
}

static void add_option(json_t *list, const struct argp *argp,
	const struct argp_option *o, const char *group)
{
	const char letter[] = {(char)o->key, '\0'};
	json_t *option = json_object();

	json_set(option, "long", text_or_null(o->name));
	json_set(option, "short",
		text_or_null(o->key > ' ' && o->key < 0x7f ? letter : NULL));
	json_set(option, "group", text_or_null(group));
	json_set(option, "argument", text_or_null(o->arg));
	json_set(option, "optional",
		json_boolean(o->flags & OPTION_ARG_OPTIONAL));
	json_set(option, "values", values_of(argp, o));
	json_set(option, "help", help_of(argp, o));
	json_add(list, option);
}

static void add_options(json_t *list, const struct argp *argp)
{
	const struct argp_child *child = argp->children;
	const struct argp_option *o = argp->options;
	const char *group = NULL;

	for (; o && (o->name || o->key || o->doc); o++) {
		/* A heading has neither a name nor a key. */
		if (!o->name && !o->key)
			group = o->doc;
		else if (!(o->flags & (OPTION_HIDDEN | OPTION_DOC)))
			add_option(list, argp, o, group);
	}
	for (; child && child->argp; child++)
		add_options(list, child->argp);
}

int listing_print(FILE *out, const struct argp *argp)
{
	json_t *all = json_object(), *list = json_array();

	add_options(list, argp);
	add_options(list, &standard);
	json_set(all, "arguments", text_or_null(argp->args_doc));
	json_set(all, "options", list);
	return json_write(out, all, JSON_INDENT(1));
}
