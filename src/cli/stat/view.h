/* SPDX-License-Identifier: MIT */
/* What stat shows of a server; only data. */
#pragma once

#include "export/reader.h"

/* Values at two moments; before is NULL the first time. */
struct stat_view {
	const struct reader *reader;
	const uint64_t *now, *before;
	double seconds; /* between them */
};
