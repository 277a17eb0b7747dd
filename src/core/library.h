/* SPDX-License-Identifier: MIT */
/* Loads a library when it is needed, because it brings others that would start
 * up in every process. Not for statically linked programs. */
#pragma once

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct library_function {
	void *at; /* of the pointer to set */
	const char *name;
};

/* Loads the first of names (NULL at their end) that is there, and sets count
 * functions. Returns its handle, for dlclose(3); or NULL and one line in why,
 * which ends with advice. */
static inline void *library_load(const char *const *names,
	const struct library_function *functions, size_t count,
	const char *advice, char *why, size_t why_bytes)
{
	void *handle = NULL, *function;
	size_t i = 0;

	for (; *names && !handle; names++)
		handle = dlopen(*names, RTLD_NOW);
	for (; handle && i < count; i++) {
		function = dlsym(handle, functions[i].name);
		if (!function)
			break;
		memcpy(functions[i].at, &function, sizeof(function));
	}
	if (handle && i == count)
		return handle;
	snprintf(why, why_bytes, "%s; %s", dlerror(), advice);
	if (handle)
		dlclose(handle);
	return NULL;
}
