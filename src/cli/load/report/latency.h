/* SPDX-License-Identifier: MIT */
/* A distribution of latency, as every document of `udpmill load` has it. */
#pragma once

#include "core/histogram.h"

#include <jansson.h>

/* A new reference. */
json_t *latency_json(const struct histogram *h);
