/* SPDX-License-Identifier: MIT */
#include "core/query.h"

#include "core/probe.h"

#include <errno.h>
#include <string.h>

#define REQUEST     0x756d6c43u /* "umlC" */
#define REPLY       0x756d6c63u /* "umlc" */
#define FROM_AT     64
#define OLD_BODY_AT 64
#define TO_AT       82
#define VERDICT_AT  100
#define BODY_AT     104
#define MAC_AT      (QUERY_BYTES - MAC_BYTES)

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_address(uint8_t *at, const union address *a)
{
	union address u = *a;

	memset(at, 0, 18);
	address_unmap(&u);
	if (u.sa.sa_family == AF_INET) {
		at[10] = at[11] = 0xff;
		memcpy(at + 12, &u.in.sin_addr, 4);
	} else if (u.sa.sa_family == AF_INET6) {
		memcpy(at, &u.in6.sin6_addr, 16);
	} else {
		return;
	}
	put16(at + 16, address_port(&u));
}

static void get_address(union address *a, const uint8_t *at)
{
	*a = (union address){.in6 = {.sin6_family = AF_INET6}};
	memcpy(&a->in6.sin6_addr, at, 16);
	address_set_port(a, get16(at + 16));
	address_unmap(a);
}

bool query_address_fits(const union address *said, const union address *seen)
{
	uint16_t port = address_port(said);

	return address_same_host(said, seen) &&
	       (port == 0 || port == address_port(seen));
}

bool query_is(const uint8_t *data, uint32_t bytes)
{
	uint32_t magic;

	if (bytes != QUERY_BYTES)
		return false;
	magic = probe_get32(data);
	return magic == REQUEST || magic == REPLY;
}

bool query_may_ask(const uint8_t *data, uint32_t bytes)
{
	uint8_t version, type;

	if (bytes != QUERY_BYTES || probe_get32(data) != REQUEST)
		return false;
	version = data[4];
	type = data[5];
	if (version == QUERY_OLD_VERSION)
		return type == QUERY_HELLO;
	return version == QUERY_VERSION &&
	       (type == QUERY_HELLO || type == QUERY_SNAPSHOT);
}

void query_begin(struct query_room *room, uint8_t *data)
{
	*room = (struct query_room){data + BODY_AT, MAC_AT - BODY_AT};
}

bool query_put_text(struct query_room *room, const char *text)
{
	size_t n = strlen(text);

	if (n > UINT8_MAX || n + 1 > room->left)
		return false;
	room->at[0] = (uint8_t)n;
	memcpy(room->at + 1, text, n);
	room->at += 1 + n;
	room->left -= (uint32_t)(1 + n);
	return true;
}

bool query_put_counter(
	struct query_room *room, const char *name, uint64_t value)
{
	if (strlen(name) + 1 + sizeof(value) > room->left ||
		!query_put_text(room, name))
		return false;
	probe_put64(room->at, value);
	room->at += sizeof(value);
	room->left -= (uint32_t)sizeof(value);
	return true;
}

static void put_new(uint8_t *data, const struct query *q)
{
	probe_put32(data + 60, q->sending);
	put_address(data + FROM_AT, &q->from);
	put_address(data + TO_AT, &q->to);
	data[VERDICT_AT] = q->verdict;
	memset(data + VERDICT_AT + 1, 0, BODY_AT - VERDICT_AT - 1);
}

void query_seal(uint8_t *data, const struct query *q,
	const struct query_room *room, const struct mac_key *key)
{
	bool old = q->version == QUERY_OLD_VERSION;
	size_t end = old ? OLD_BODY_AT : (size_t)(room->at - data);

	probe_put32(data, q->reply ? REPLY : REQUEST);
	data[4] = old ? QUERY_OLD_VERSION : QUERY_VERSION;
	data[5] = q->type;
	put16(data + 6, old ? 0 : (uint16_t)(end - BODY_AT));
	memcpy(data + 8, q->nonce, QUERY_NONCE);
	probe_put32(data + 24, q->run);
	put16(data + 28, q->part);
	put16(data + 30, q->parts);
	probe_put64(data + 32, q->server);
	probe_put64(data + 40, q->generation);
	probe_put64(data + 48, q->published);
	probe_put32(data + 56, q->workers);
	probe_put32(data + 60, 0);
	if (!old)
		put_new(data, q);
	memset(data + end, 0, MAC_AT - end);
	mac_make(data + MAC_AT, key, data, MAC_AT);
}

static void get_new(struct query *q, const uint8_t *data)
{
	q->sending = probe_get32(data + 60);
	get_address(&q->from, data + FROM_AT);
	get_address(&q->to, data + TO_AT);
	q->verdict = data[VERDICT_AT];
}

int query_open(const uint8_t *data, uint32_t bytes, const struct mac_key *key,
	struct query *q, struct query_body *b)
{
	bool old;

	if (!query_is(data, bytes) ||
		(data[4] != QUERY_VERSION && data[4] != QUERY_OLD_VERSION))
		return -EPROTO;
	if (!mac_matches(data + MAC_AT, key, data, MAC_AT))
		return -EBADMSG;
	old = data[4] == QUERY_OLD_VERSION;
	*q = (struct query){
		.reply = probe_get32(data) == REPLY,
		.version = data[4],
		.type = data[5],
		.run = probe_get32(data + 24),
		.part = get16(data + 28),
		.parts = get16(data + 30),
		.server = probe_get64(data + 32),
		.generation = probe_get64(data + 40),
		.published = probe_get64(data + 48),
		.workers = probe_get32(data + 56),
	};
	memcpy(q->nonce, data + 8, QUERY_NONCE);
	if (!old)
		get_new(q, data);
	*b = (struct query_body){
		data + (old ? OLD_BODY_AT : BODY_AT), get16(data + 6)};
	return b->at + b->left > data + MAC_AT ? -EPROTO : 0;
}

/* Even texts from somebody with the key must be safe to print. */
static bool is_sound(const char *text, bool name)
{
	for (const char *c = text; *c; c++) {
		bool letter = *c >= 'a' && *c <= 'z';

		if (name && !letter &&
			(c == text || !(*c == '_' || (*c >= '0' && *c <= '9'))))
			return false;
		if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	}
	return !name || *text;
}

static bool take(struct query_body *b, char *out, size_t room, bool name)
{
	size_t n;

	if (b->left == 0)
		return false;
	n = b->at[0];
	if (n + 1 > b->left || n + 1 > room)
		return false;
	memcpy(out, b->at + 1, n);
	out[n] = '\0';
	if (strlen(out) != n || !is_sound(out, name))
		return false;
	b->at += 1 + n;
	b->left -= (uint32_t)(1 + n);
	return true;
}

bool query_take_text(struct query_body *b, char *out, size_t room)
{
	return take(b, out, room, false);
}

bool query_take_counter(
	struct query_body *b, char name[QUERY_NAME], uint64_t *value)
{
	struct query_body rest = *b;

	if (!take(&rest, name, QUERY_NAME, true) || rest.left < sizeof(*value))
		return false;
	*value = probe_get64(rest.at);
	b->at = rest.at + sizeof(*value);
	b->left = rest.left - (uint32_t)sizeof(*value);
	return true;
}
