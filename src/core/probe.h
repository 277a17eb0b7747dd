/* SPDX-License-Identifier: MIT */
/*
 * The load generator's datagram on the wire. All numbers are big-endian. A
 * probe is at least PROBE_BYTES long; payload follows the header. If there is
 * room, reflect overwrites the first PROBE_RECEIVE_BYTES of the payload with
 * its receive record.
 *
 *   0  magic     4  "uml1" from the client, "uml!" in a reply of reflect:
 *                   tells the direction, so that a reply is never answered
 *   4  run       4  random for each run, to recognise stale replies
 *   8  flow      4  number of the flow in its run, from 0
 *  12  check     4  probe_check() over magic, run, flow, sequence, sent and the
 *                   datagram's length, which detects a truncated one
 *  16  sequence  8  from 0, per flow
 *  24  sent      8  the planned departure: nanoseconds of the client's
 *                   CLOCK_MONOTONIC
 *  32  received  8  reflect: nanoseconds of the server's CLOCK_MONOTONIC
 *  40  order     8  reflect: probes this worker answered before this one
 *  48  worker    4  reflect: number of the worker
 *  52  receive_check 4  reflect: over received, order, worker
 *
 * echo returns a probe unchanged.
 */
#pragma once

#include "core/probe_mix.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* Write and read big-endian numbers. */
static inline void probe_put32(uint8_t *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof(v));
}

static inline void probe_put64(uint8_t *at, uint64_t v)
{
	v = htobe64(v);
	memcpy(at, &v, sizeof(v));
}

static inline uint32_t probe_get32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return be32toh(v);
}

static inline uint64_t probe_get64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return be64toh(v);
}

static inline uint32_t probe_check(const struct probe *p, uint32_t bytes)
{
	return probe_check_of(
		p->magic, p->run, p->flow, p->sequence, p->sent_ns, bytes);
}

/* Writes the header of a datagram of bytes at data. Inline, like probe_read():
 * the generator calls both millions of times a second. */
static inline void probe_write(
	uint8_t *data, uint32_t bytes, const struct probe *p)
{
	probe_put64(data, (uint64_t)p->magic << 32 | p->run);
	probe_put64(data + 8, (uint64_t)p->flow << 32 | probe_check(p, bytes));
	probe_put64(data + 16, p->sequence);
	probe_put64(data + 24, p->sent_ns);
}

/* Reads the header. False if the datagram is too short, or its magic or check
 * is wrong; *p is then undefined. */
static inline bool probe_read(
	const uint8_t *data, uint32_t bytes, struct probe *p)
{
	if (bytes < PROBE_BYTES)
		return false;
	p->magic = probe_get32(data);
	p->run = probe_get32(data + 4);
	p->flow = probe_get32(data + 8);
	p->sequence = probe_get64(data + 16);
	p->sent_ns = probe_get64(data + 24);
	return (p->magic == PROBE_REQUEST || p->magic == PROBE_REPLY) &&
	       probe_get32(data + 12) == probe_check(p, bytes);
}

/*
 * For the n datagrams of a train, of bytes each and back to back at data, whose
 * probes are *first and those with the next numbers. What is the same for all
 * of them is computed once.
 */

/* Writes their headers, as probe_write() does. */
void probe_write_train(
	uint8_t *data, uint32_t bytes, uint32_t n, const struct probe *first);

/* How many have exactly these headers, up to the first that has not: as
 * probe_read() and a comparison of all it has read. bytes >= PROBE_BYTES. */
uint32_t probe_match_train(const uint8_t *data, uint32_t bytes, uint32_t n,
	const struct probe *first);

/*
 * Turns the request at data into its reply: changes the magic, recomputes the
 * check and, if there is room, writes the receive record.
 */
void probe_answer(uint8_t *data, uint32_t bytes, const struct probe_receive *r);

/* Reads the receive record. False if the datagram is too short for one, or its
 * check is wrong. */
bool probe_read_receive(
	const uint8_t *data, uint32_t bytes, struct probe_receive *r);
