/* SPDX-License-Identifier: MIT */
/* To be preloaded: of what libjansson allocates, and whoever allocates for it,
 * one fails (SCARCE_AT), and how many there were is told at the end. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t bytes);

static unsigned long count, at;

static __attribute__((constructor)) void begin(void)
{
	const char *text = getenv("SCARCE_AT");

	at = text ? strtoul(text, NULL, 10) : 0;
}

static __attribute__((destructor)) void end(void)
{
	fprintf(stderr, "allocations=%lu\n", count);
}

/* Is one of jansson's functions among those that called? */
static int is_of_json(void)
{
	void *frame = __builtin_return_address(0);
	Dl_info info;

	return dladdr(frame, &info) && info.dli_fname &&
	       (strstr(info.dli_fname, "jansson") ||
		       strstr(info.dli_fname, "udpmill"));
}

void *malloc(size_t bytes)
{
	if (at && is_of_json() && ++count == at)
		return NULL;
	return __libc_malloc(bytes);
}
