/* SPDX-License-Identifier: MIT */
/* Whether a network device is set up to stamp datagrams by its own clock. The
 * settings are only read, since others may rely on them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the device with this index stamp every datagram, sent and received
 * (SIOCGHWTSTAMP, which needs no privilege)? If not, one line in why.
 */
bool hwstamp_on(unsigned device, char *why, size_t why_bytes);

/* The same for given settings: HWTSTAMP_TX_..., HWTSTAMP_FILTER_... */
bool hwstamp_suffices(int tx_type, int rx_filter);
