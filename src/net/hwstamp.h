/* SPDX-License-Identifier: MIT */
/* Whether a network device stamps datagrams by its own clock, as it is set now.
 * It is only looked at: who else relies on those settings is not known. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the device of this index stamp every datagram, both ways (SIOCGHWTSTAMP,
 * which needs no privilege)? If not, one line in why.
 */
bool hwstamp_on(unsigned device, char *why, size_t why_bytes);

/* The same of settings that are known: HWTSTAMP_TX_..., HWTSTAMP_FILTER_... */
bool hwstamp_suffices(int tx_type, int rx_filter);
