/* SPDX-License-Identifier: MIT */
/* The spread of datagrams over workers, for people and for machines. */
#pragma once

#include "core/spread.h"

#include <jansson.h>
#include <stdio.h>

/* A line; nothing with one worker, or if nothing was received. */
void spread_print(FILE *out, const char *address, const struct spread *s);

/* Writes a line on workers that are starved, and what can be done: advice of
 * the steer. Returns text, or NULL if none is. */
const char *spread_warning(char *text, size_t room, const char *address,
	const struct spread *s, const char *advice);

/* {"listen": ADDRESS, "received": [N...], "starved": N}. A new reference, or
 * NULL. */
json_t *spread_json(const char *address, const uint64_t *received,
	uint32_t workers, size_t stride);
