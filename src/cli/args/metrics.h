/* SPDX-License-Identifier: MIT */
/* --metrics: where scrapers are answered. */
#pragma once

#include "metrics/listener.h"

#include <stdbool.h>

/* "[HOST:]PORT" or "unix:PATH". Prints and exits if it is neither, or if this
 * build cannot answer scrapers. */
void metrics_place_parse(struct metrics_place *out, const char *text);

/* Was it parsed? Zeroed state: no. */
static inline bool metrics_place_said(const struct metrics_place *p)
{
	return *p->path || p->at.sa.sa_family;
}
