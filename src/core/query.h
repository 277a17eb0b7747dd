/* SPDX-License-Identifier: MIT */
/*
 * The keyed query, as it is on the wire: who has the key asks a server whether
 * it consents to be loaded (HELLO), or what it has counted (SNAPSHOT). All
 * numbers are big-endian.
 *
 *    0  magic      4  "umlC" of a request, "umlc" of a reply: the direction, so
 *                     that a reply is never answered
 *    4  version    1  2; see QUERY_OLD_VERSION
 *    5  type       1  enum query_type
 *    6  body_bytes 2
 *    8  nonce     16  drawn for each question; its reply has the same, so that
 *                     no old reply can be taken for it
 *   24  run        4  of whoever asks
 *   28  part       2  SNAPSHOT: which one, from 0
 *   30  parts      2  reply: how many there are
 *   32  server     8  reply: drawn when the server started; counters of another
 *                     are no continuation of these
 *   40  generation 8  SNAPSHOT: parts of one generation are of one moment. In a
 *                     request: of which one, if it is still to be had; 0: of
 *                     now
 *   48  published  8  SNAPSHOT: how often the worker that did so least has read
 *                     back its socket's figures
 *   56  workers    4  reply
 *   60  sending    4  a request's, from 0: which sending of the same question
 *                     it is; its reply has the same
 *   64  from      18  request: where it is sent from, as whoever sends it knows
 *   82  to        18  and where to. Reply: both, as the server saw them
 *  100  verdict    1  reply: enum query_verdict
 *  101  zero       3
 *  104  body          yes to HELLO: three texts, version, service and backend.
 *                     yes to SNAPSHOT: counters, summed over all workers
 * 1168  mac       32  of all that is before it
 *
 * A text is its length in a byte, and so many; a counter is its name as a text,
 * and 8 bytes; an address is 16 bytes, of IPv4 v4-mapped, and 2 of a port, and
 * has no scope, which is each host's own. What is not used is zero. Each is
 * QUERY_BYTES long, so that a reply is no longer than its request, whoever that
 * claims to be from; and that is less than the least MTU of IPv6.
 */
#pragma once

#include "core/address.h"
#include "core/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_BYTES 1200
#define QUERY_NONCE 16
#define QUERY_NAME  40 /* of a counter, and its NUL */

/*
 * Version 1 has neither sending, addresses nor verdict, and its body at 64. It
 * is known so that each side can say that the other is too old: a yes of that
 * version is not believed, and a question of it is answered by no texts, which
 * is not believed there.
 */
#define QUERY_VERSION     2
#define QUERY_OLD_VERSION 1

enum query_type { QUERY_HELLO = 1, QUERY_SNAPSHOT = 2 };

/* NO: it arrived by other addresses than it names. */
enum query_verdict { QUERY_YES = 1, QUERY_NO = 2 };

struct query {
	bool reply;
	uint8_t version; /* written: 0 is QUERY_VERSION */
	uint8_t type, verdict;
	uint8_t nonce[QUERY_NONCE];
	uint32_t run;
	uint16_t part, parts;
	uint64_t server, generation, published;
	uint32_t workers, sending;
	union address from, to; /* unmapped, without scope */
};

/* What is left of a body's room, and what is left of a body to be read. */
struct query_room {
	uint8_t *at;
	uint32_t left;
};

struct query_body {
	const uint8_t *at;
	uint32_t left;
};

/* Does it look like a query, or the reply to one? No more than that. */
bool query_is(const uint8_t *data, uint32_t bytes);

/*
 * Could it be a question to a server? False for replies, and for what this
 * version does not know. Costs next to nothing, and so comes before the MAC,
 * which costs a microsecond.
 */
bool query_may_ask(const uint8_t *data, uint32_t bytes);

/* Is it that host and port? Without regard to scopes, and to a port where the
 * one that is said is 0. */
bool query_address_fits(const union address *said, const union address *seen);

/* Where the body of the datagram at data goes; the old version's are empty. */
void query_begin(struct query_room *room, uint8_t *data);

/* False, and nothing is written, where there is no room for it. */
bool query_put_text(struct query_room *room, const char *text);
bool query_put_counter(
	struct query_room *room, const char *name, uint64_t value);

/* Makes the QUERY_BYTES at data, whose body has been written up to room. */
void query_seal(uint8_t *data, const struct query *q,
	const struct query_room *room, const struct mac_key *key);

/*
 * Reads what has been sent by somebody who has the key, and makes b its body.
 * 0; -EPROTO not of this kind, nor of a version that is known; -EBADMSG another
 * key, or damaged.
 */
int query_open(const uint8_t *data, uint32_t bytes, const struct mac_key *key,
	struct query *q, struct query_body *b);

/* Text is printable ASCII without quotes and backslashes, room counts its NUL;
 * a name is [a-z][a-z0-9_]*. False, and b is as it was, where there is none. */
bool query_take_text(struct query_body *b, char *out, size_t room);
bool query_take_counter(
	struct query_body *b, char name[QUERY_NAME], uint64_t *value);
