/* SPDX-License-Identifier: MIT */
/*
 * Coupling: gathers the replies of a batch into as few messages as possible,
 * without copying. Replies of one size to one peer from one local address
 * become one message, which a backend sends with UDP_SEGMENT, even if requests
 * of several peers arrived mixed. Replies to a peer keep the order of its
 * requests.
 */
#pragma once

#include "core/batch.h"

/*
 * Fills batch->messages from the trains whose verdict is VERDICT_ANSWER.
 * segments_max: 1 if trains are off, else at most TRAIN_SEGMENTS_MOST. Replies
 * that batch->bounds do not allow are not coupled. No message exceeds
 * DATAGRAM_MAX_V4 bytes in all unless it is a single datagram.
 *
 * Returns the number of segments for which there was no room, to be counted as
 * lost (always 0 with today's kernels).
 */
uint32_t couple(struct batch *batch, uint32_t segments_max);

/*
 * The same for the trains from first on; adds new messages and leaves existing
 * ones as they are.
 */
uint32_t couple_more(
	struct batch *batch, uint32_t first, uint32_t segments_max);
