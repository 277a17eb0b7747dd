/* SPDX-License-Identifier: MIT */
#include "cli/load/scenario.h"

#include "cli/args/named_file.h"
#include "cli/args/nearest.h"
#include "cli/args/scenario.h"
#include "cli/args/usage.h"
#include "cli/print/style.h"
#include "core/quote.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHILDREN_MAX 8
#define TEXT_MAX     (64u << 10)
#define QUOTED       60

const char *const load_sections[] = {"server", "workload", "pace", "time",
	"checks", "place", "sockets", "run", NULL};

/* The scenario whose lines usage_error() names. */
static struct load_scenario *placed;

/* The argument is a key, too. */
static const struct argp_option peer = {"peer", ARGP_KEY_ARG, "HOST:PORT"};

static struct load_key *find(struct load_scenario *s, const char *name)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->keys[i].option->name, name) == 0)
			return &s->keys[i];
	return NULL;
}

/* Tables of options. */

static void add(struct load_scenario *s, struct load_key key)
{
	assert(s->count < LOAD_KEYS_MAX);
	s->keys[s->count++] = key;
}

static bool is_header(const struct argp_option *o)
{
	return !o->name && !o->key;
}

static void list_options(struct load_scenario *s, const struct argp *argp,
	void *input, unsigned group)
{
	const struct argp_option *o = argp->options;

	for (; o->name || o->key || o->doc; o++) {
		/* As in argp, a header without a number begins the next
		 * group. */
		if (o->group || is_header(o))
			group = o->group ? (unsigned)o->group : group + 1;
		if (o->name && !(o->flags & (OPTION_DOC | OPTION_ALIAS)))
			add(s, (struct load_key){o, argp, input, group});
	}
}

static void list_all(
	struct load_scenario *s, const struct argp *argp, void *input)
{
	void *inputs[CHILDREN_MAX] = {NULL};
	struct argp_state state = {
		.root_argp = argp, .input = input, .child_inputs = inputs};
	const struct argp_child *child = argp->children;

	(void)argp->parser(ARGP_KEY_INIT, NULL, &state);
	add(s, (struct load_key){&peer, argp, input, 0});
	list_options(s, argp, input, 0);
	for (unsigned i = 0; child[i].argp; i++) {
		assert(i < CHILDREN_MAX);
		list_options(
			s, child[i].argp, inputs[i], (unsigned)child[i].group);
	}
}

/* What the command line says. */

static error_t note(int key, char *arg, struct argp_state *state)
{
	struct load_scenario *s = state->input;

	for (unsigned i = 0; i < s->count; i++)
		if (s->keys[i].option->key == key)
			s->keys[i].value = arg ? arg : "yes";
	return 0;
}

static error_t note_root(int key, char *arg, struct argp_state *state)
{
	if (key == ARGP_KEY_INIT)
		for (unsigned i = 0; state->root_argp->children[i].argp; i++)
			state->child_inputs[i] = state->input;
	return note(key, arg, state);
}

/* Uses the same tables with another parser. Errors are left to the real
 * parsing, which reports them: -EINVAL. */
static int note_all(
	struct load_scenario *s, const struct argp *argp, int argc, char **argv)
{
	struct argp argps[CHILDREN_MAX];
	struct argp_child children[CHILDREN_MAX + 1] = {{0}};
	const struct argp root = {.options = argp->options,
		.parser = note_root,
		.children = children};

	for (unsigned i = 0; argp->children[i].argp; i++) {
		argps[i] = (struct argp){
			.options = argp->children[i].argp->options,
			.parser = note};
		children[i].argp = &argps[i];
	}
	return argp_parse(&root, argc, argv, ARGP_SILENT, NULL, s) ? -EINVAL
								   : 0;
}

/* What the file says. */

static _Noreturn void refuse_key(struct load_scenario *s, const char *name)
{
	const char *nearest = "";
	unsigned least = UINT32_MAX;
	char quoted[QUOTE_ROOM(QUOTED)];

	for (unsigned i = 0; i < s->count; i++) {
		const struct argp_option *o = s->keys[i].option;
		unsigned distance = nearest_distance(name, o->name);

		if (distance < least && !(o->flags & LOAD_COMMAND_LINE_ONLY)) {
			least = distance;
			nearest = o->name;
		}
	}
	quote(quoted, sizeof(quoted), name, strnlen(name, QUOTED),
		style_utf8());
	usage_error(NULL, "\"%s\" is not a key; did you mean \"%s\"?", quoted,
		nearest);
}

static struct load_key *key_of(
	struct load_scenario *s, const struct scenario_pair *pair)
{
	struct load_key *k = find(s, pair->key);

	if (!k)
		refuse_key(s, pair->key);
	if (k->option->flags & LOAD_COMMAND_LINE_ONLY)
		usage_error(NULL,
			"\"%s\" is for the command line only: a scenario says "
			"what is sent, not how it is reported, nor who agreed "
			"to it",
			pair->key);
	if (k->seen)
		usage_error(NULL, "\"%s\" is given twice; line %u has it, too",
			pair->key, k->seen);
	k->seen = pair->line;
	return k;
}

/* Does the command line make this line ineffective? */
static bool is_replaced(const struct load_scenario *s, const struct load_key *k)
{
	const int loops = LOAD_CLOSED_LOOP | LOAD_OPEN_LOOP;
	int flags = k->option->flags, said = 0;

	/* A second argument would be a second peer. */
	if (k->option == &peer)
		return k->value;
	for (unsigned i = 0; i < s->count; i++)
		if (s->keys[i].value && !s->keys[i].line)
			said |= s->keys[i].option->flags;
	return (flags & loops && said & loops) ||
	       (flags & LOAD_OF_OPEN_LOOP && said & LOAD_CLOSED_LOOP) ||
	       (flags & LOAD_OF_CLOSED_LOOP && said & LOAD_OPEN_LOOP);
}

static void apply(struct load_scenario *s, struct argp_state *state,
	const struct scenario_pair *pair)
{
	struct load_key *k = key_of(s, pair);
	const char *name = k->option->name;
	bool optional = k->option->flags & OPTION_ARG_OPTIONAL;
	bool takes_value = k->option->arg;

	/* Recorded like the option without a value on the command line. */
	if (optional && (strcmp(pair->value, "yes") == 0 ||
				strcmp(pair->value, "no") == 0))
		takes_value = false;
	if (!takes_value && strcmp(pair->value, "yes") != 0) {
		if (strcmp(pair->value, "no") != 0)
			usage_error(name, "\"%s\" is neither yes nor no",
				pair->value);
		return;
	}
	if (is_replaced(s, k))
		return;
	state->input = k->input;
	(void)k->argp->parser(
		k->option->key, takes_value ? pair->value : NULL, state);
	if (k->value)
		return;
	k->value = pair->value;
	k->line = pair->line;
}

static size_t read_text(struct load_scenario *s)
{
	char why[128];
	size_t bytes;

	if (named_file_read(
		    &s->text, &bytes, s->path, TEXT_MAX, why, sizeof(why)))
		usage_error("scenario", "%s: %s", s->path, why);
	return bytes;
}

static void read_file(struct load_scenario *s, const struct argp *argp)
{
	struct argp_state state = {
		.root_argp = argp, .name = program_invocation_name};
	size_t bytes = read_text(s);
	struct scenario_pair pair;
	struct scenario lines;
	int got;

	scenario_init(&lines, s->text, bytes, load_sections);
	while ((got = scenario_next(&lines, &pair)) > 0) {
		s->line = pair.line;
		apply(s, &state, &pair);
	}
	s->line = lines.line;
	if (got)
		usage_error(NULL, "%s", lines.why);
	s->line = 0;
}

/* The place that usage_error() names: the line that is being read, or else the
 * line that set the option, or the peer. */
static struct usage_place place(const char *option)
{
	struct load_scenario *s = placed;
	const struct load_key *k = option ? find(s, option) : &s->keys[0];

	return (struct usage_place){s->path, s->line ? s->line
					     : k     ? k->line
						     : 0};
}

void load_scenario_open(struct load_scenario *s, const struct argp *argp,
	int argc, char **argv, void *input)
{
	*s = (struct load_scenario){0};
	list_all(s, argp, input);
	if (note_all(s, argp, argc, argv))
		return;
	s->path = find(s, "scenario")->value;
	if (!s->path)
		return;
	placed = s;
	usage_place = place;
	read_file(s, argp);
}

bool load_scenario_says(const struct load_scenario *s, const char *option)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->keys[i].option->name, option) == 0)
			return s->keys[i].value;
	return false;
}

void load_scenario_close(struct load_scenario *s)
{
	if (placed == s)
		usage_place = NULL;
	free(s->text);
	*s = (struct load_scenario){0};
}
