/* SPDX-License-Identifier: MIT */
#include "cli/print/json.h"

#include "cli/process/streams.h"
#include "core/quote.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Lets whoever builds a document skip checking each of its parts. */
static atomic_bool failed;

static void *allocate(size_t bytes)
{
	void *p = malloc(bytes);

	if (!p)
		atomic_store(&failed, true);
	return p;
}

void json_write_begin(void)
{
	json_set_alloc_funcs(allocate, free);
}

void json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		atomic_store(&failed, true);
}

void json_add(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value))
		atomic_store(&failed, true);
}

json_t *json_text(const char *text)
{
	size_t n = strlen(text);
	json_t *j = json_stringn(text, n);
	char *quoted;

	if (j)
		return j;
	quoted = malloc(QUOTE_ROOM(n));
	if (!quoted)
		return NULL;
	quote(quoted, QUOTE_ROOM(n), text, n, true);
	j = json_string(quoted);
	free(quoted);
	return j;
}

json_t *json_argv(const char *verb, int argc, char **argv)
{
	json_t *list = json_pack("[s, s]", "udpmill", verb);

	for (int i = 1; i < argc; i++)
		json_array_append_new(list, json_text(argv[i]));
	return list;
}

int json_write(FILE *out, json_t *all, size_t flags)
{
	int error;

	if (atomic_exchange(&failed, false) || !all) {
		json_decref(all);
		return -ENOMEM;
	}
	errno = 0;
	if (json_dumpf(all, out, flags) || fputc('\n', out) == EOF)
		error = ferror(out) ? streams_failed(out) : -ENOMEM;
	else
		error = streams_flush(out);
	json_decref(all);
	return error;
}
