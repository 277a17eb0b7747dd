/* SPDX-License-Identifier: MIT */
/* Which format a scraper gets. */
#pragma once

#include "metrics/text.h"

/* accept: the value of the header Accept (RFC 9110, 12.5.1), or NULL. Only who
 * names OpenMetrics gets it, and only if the other format is not preferred. */
enum metrics_format metrics_negotiate(const char *accept);
