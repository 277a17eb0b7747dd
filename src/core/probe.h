/* SPDX-License-Identifier: MIT */
/*
 * The load generator's datagram, as it is on the wire. All numbers are
 * big-endian. A probe is at least PROBE_BYTES long; what follows the header is
 * payload, and reflect uses the first PROBE_RECEIVE_BYTES of it, where the
 * datagram is that long, for what the server saw.
 *
 *   0  magic     4  "uml1" from the client, "uml!" in a reply of reflect:
 *                   the direction, so that a reply is never answered
 *   4  run       4  drawn at the start of a run; a stale reply differs
 *   8  flow      4  number of the flow in its run, from 0
 *  12  check     4  over magic, run, flow, sequence, sent; probe_check()
 *  16  sequence  8  from 0, per flow
 *  24  sent      8  nanoseconds of the client's CLOCK_MONOTONIC: the time this
 *                   probe was meant to leave
 *  32  received  8  reflect: nanoseconds of the server's CLOCK_MONOTONIC
 *  40  order     8  reflect: probes this worker answered before this one
 *  48  worker    4  reflect: number of the worker
 *  52  receive_check 4  reflect: over received, order, worker
 *
 * echo returns a probe as it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PROBE_BYTES         32
#define PROBE_RECEIVE_BYTES 24          /* 32 to 55 */
#define PROBE_REQUEST       0x756d6c31u /* "uml1" */
#define PROBE_REPLY         0x756d6c21u /* "uml!" */

struct probe {
	uint32_t magic, run, flow;
	uint64_t sequence, sent_ns;
};

struct probe_receive {
	uint64_t received_ns, order;
	uint32_t worker;
};

/* PROBE_BYTES are written at data, with the check. */
void probe_write(uint8_t *data, const struct probe *p);

/* False where magic or check is wrong; *p is then not to be used. data has at
 * least PROBE_BYTES. */
bool probe_read(const uint8_t *data, struct probe *p);

/*
 * Turns the request at data into its reply: the magic is changed, the check is
 * made anew, and where bytes leave room for it the receive side is filled in.
 */
void probe_answer(uint8_t *data, uint32_t bytes, const struct probe_receive *r);

/* False where there is no room for it or its check is wrong. */
bool probe_read_receive(
	const uint8_t *data, uint32_t bytes, struct probe_receive *r);
