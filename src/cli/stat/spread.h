/* SPDX-License-Identifier: MIT */
/* How a server's datagrams are spread over its workers, from its segment. */
#pragma once

#include "cli/stat/view.h"

#include <stdbool.h>

/* What each worker of an address has received, stride values apart. */
struct stat_spread {
	const uint64_t *received;
	uint32_t workers;
	size_t stride;
};

/* False: the server, of another version, does not say. */
bool stat_spread_at(
	struct stat_spread *s, const struct stat_view *v, uint32_t endpoint);

/* What to do if some workers get too little; config: the server's, JSON text of
 * any version. */
const char *stat_spread_advice(const char *config);
