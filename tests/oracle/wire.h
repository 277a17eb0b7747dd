/* SPDX-License-Identifier: MIT */
/*
 * What a coupled batch is on the wire, told apart from how it was coupled: for
 * each peer the datagrams it gets, in order, each with the address it comes
 * from, its size and its bytes. Unit and fuzz tests judge couple() by it.
 */
#pragma once

#include "core/batch.h"

/*
 * Compares the answers of the batch's trains with its messages, after
 * couple(batch, segments_max) returned 0. NULL where they are the same on the
 * wire and a kernel would take each message; else what is wrong. One thread.
 */
const char *wire_fault(const struct batch *batch, uint32_t segments_max);
