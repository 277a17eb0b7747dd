/* SPDX-License-Identifier: MIT */
/*
 * The keyed query on the wire: a client with the key asks a server whether it
 * consents to be loaded (HELLO), or for its counters (SNAPSHOT). All numbers
 * are big-endian.
 *
 *    0  magic      4  "umlC" in a request, "umlc" in a reply: tells the
 *                     direction, so that a reply is never answered
 *    4  version    1  2; see QUERY_OLD_VERSION
 *    5  type       1  enum query_type
 *    6  body_bytes 2
 *    8  nonce     16  random for each query; the reply repeats it, so that an
 *                     old reply cannot be mistaken for it
 *   24  run        4  the client's run
 *   28  part       2  SNAPSHOT: number of the part, from 0
 *   30  parts      2  reply: number of parts
 *   32  server     8  reply: random number of this start of the server, whose
 *                     counters do not continue those of another
 *   40  generation 8  SNAPSHOT: parts of one generation are of one moment. In a
 *                     request: the one wanted, if the server still has it; 0:
 *                     a new one
 *   48  published  8  SNAPSHOT: how often figures were read back from the
 *                     kernel, the lowest count of all workers
 *   56  workers    4  reply: number of workers
 *   60  sending    4  request: how often this query was sent before; the
 *                     reply repeats it
 *   64  from      18  request: the sender's address as it knows it,
 *   82  to        18  and the destination. Reply: both, as the server saw them
 *  100  verdict    1  reply: enum query_verdict
 *  101  zero       3
 *  104  body          yes to HELLO: three texts, version, service and backend.
 *                     yes to SNAPSHOT: counters, summed over all workers
 * 1168  mac       32  over everything before it
 *
 * A text is a byte with its length, then that many bytes; a counter is its name
 * as a text, then 8 bytes; an address is 16 bytes, IPv4 as v4-mapped, then 2
 * bytes of port, without a scope, which has a meaning on one host only. Unused
 * bytes are zero. Every query and reply is QUERY_BYTES long, so that a reply is
 * never longer than a request with a forged source; and that fits the minimum
 * MTU of IPv6.
 */
#pragma once

#include "core/address.h"
#include "core/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_BYTES 1200
#define QUERY_NONCE 16
#define QUERY_NAME  40 /* room for a counter's name and NUL */

/*
 * Version 1 has no sending, addresses or verdict, and its body at 64. It is
 * only recognised so that each side can report that the other is too old: a yes
 * of that version is not trusted, and a query of that version gets an empty
 * answer, which the old client does not trust.
 */
#define QUERY_VERSION     2
#define QUERY_OLD_VERSION 1

enum query_type { QUERY_HELLO = 1, QUERY_SNAPSHOT = 2 };

/* NO: the query did not arrive by the addresses that it names. */
enum query_verdict { QUERY_YES = 1, QUERY_NO = 2 };

struct query {
	bool reply;
	uint8_t version; /* to write, 0 means QUERY_VERSION */
	uint8_t type, verdict;
	uint8_t nonce[QUERY_NONCE];
	uint32_t run;
	uint16_t part, parts;
	uint64_t server, generation, published;
	uint32_t workers, sending;
	union address from, to; /* unmapped, without scope */
};

/* The rest of the room for a body, and the rest of a body to read. */
struct query_room {
	uint8_t *at;
	uint32_t left;
};

struct query_body {
	const uint8_t *at;
	uint32_t left;
};

/* Does it look like a query or a reply to one? Checks nothing else. */
bool query_is(const uint8_t *data, uint32_t bytes);

/*
 * Could it be a query to a server? False for replies and for what this version
 * does not know. It costs next to nothing, so it is checked before the MAC,
 * which costs a microsecond.
 */
bool query_may_ask(const uint8_t *data, uint32_t bytes);

/* Is seen the address said? Ignores scopes, and the port if said has port 0. */
bool query_address_fits(const union address *said, const union address *seen);

/* Sets room to the body of the datagram at data. Old-version bodies are
 * empty. */
void query_begin(struct query_room *room, uint8_t *data);

/* Append to a body. False if there is no room; then nothing is written. */
bool query_put_text(struct query_room *room, const char *text);
bool query_put_counter(
	struct query_room *room, const char *name, uint64_t value);

/* Completes the QUERY_BYTES at data, whose body has been written up to room:
 * header, padding and MAC. */
void query_seal(uint8_t *data, const struct query *q,
	const struct query_room *room, const struct mac_key *key);

/*
 * Checks and reads a query or reply, and sets b to its body. 0; -EPROTO not a
 * query, or of an unknown version; -EBADMSG another key, or damaged.
 */
int query_open(const uint8_t *data, uint32_t bytes, const struct mac_key *key,
	struct query *q, struct query_body *b);

/* Take the next text or counter from a body. A text is printable ASCII without
 * quotes and backslashes; room includes its NUL. A name is [a-z][a-z0-9_]*.
 * False if there is none; then b is unchanged. */
bool query_take_text(struct query_body *b, char *out, size_t room);
bool query_take_counter(
	struct query_body *b, char name[QUERY_NAME], uint64_t *value);
