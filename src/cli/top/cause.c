/* SPDX-License-Identifier: MIT */
#include "cli/top/cause.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *begins;
	enum cause cause;
} causes[] = {
	{"refused_", CAUSE_REFUSED},
	{"query_refused_", CAUSE_REFUSED},
	{"socket_drops", CAUSE_DROPPED},
	{"xdp_rx_dropped", CAUSE_DROPPED},
	{"xdp_rx_ring_full", CAUSE_DROPPED},
	{"xdp_tx_dropped", CAUSE_DROPPED},
	{"xdp_checksum_", CAUSE_DROPPED},
	{"send_failed_", CAUSE_DROPPED},
	{"truncated_", CAUSE_DROPPED},
	{"reply_lost_", CAUSE_DROPPED},
	{"query_failed_", CAUSE_DROPPED},
};

enum cause cause_of(const char *name)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (strncmp(name, causes[i].begins, strlen(causes[i].begins)) ==
			0)
			return causes[i].cause;
	return CAUSE_NONE;
}
