/* SPDX-License-Identifier: MIT */
/*
 * Coupling: the replies of a batch become the fewest messages, without a copy.
 * Replies of one size to one peer from one local address are gathered into one
 * message, which a backend sends with UDP_SEGMENT, also where the requests of
 * several peers arrived mixed. The order of the replies to one peer is the
 * order of its requests.
 */
#pragma once

#include "core/batch.h"

/*
 * Fills batch->messages from the trains whose verdict is VERDICT_ANSWER.
 * segments_max: 1 where trains are off, at most TRAIN_SEND_SEGMENTS otherwise;
 * what batch->bounds do not allow stays alone. No message exceeds
 * DATAGRAM_MAX_V4 bytes in all unless it is a single datagram.
 *
 * Returns the number of segments for which there was no room (0 in any case
 * that a kernel of today can make): the caller counts them as lost.
 */
uint32_t couple(struct batch *batch, uint32_t segments_max);

/*
 * The same of the trains from first on, by messages of their own behind those
 * that there are: nothing joins one that was made before.
 */
uint32_t couple_more(
	struct batch *batch, uint32_t first, uint32_t segments_max);
