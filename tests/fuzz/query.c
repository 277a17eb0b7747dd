/* SPDX-License-Identifier: MIT */
/* Queries: whatever is sent without the key is refused, and whatever is sent
 * with it is read without a fault. The first byte of an input says which. */
#include "core/query.h"
#include "fuzz.h"

#include <string.h>

#define SEALED 1

#define BODY_AT 104

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\0umlC\2\1\0\0"
	       "0123456789abcdef"),
	SAMPLE("\1\2\2\0\2\0\3"
	       "\5"
	       "0.1.0\4echo\4mmsg"),
	SAMPLE("\1\2\1\0\0\0\1"
	       "\14rx_datagrams\0\0\0\0\0\0\0\5\10rx_bytes\0\0\0\0\0\0\1\0"),
	{NULL, 0},
};

static struct mac_key key;

static void check_body(struct query_body b)
{
	struct query_body c = b;
	char text[QUERY_NAME];
	uint64_t value;

	while (query_take_text(&b, text, sizeof(text)))
		CHECK(strlen(text) < sizeof(text));
	while (query_take_counter(&c, text, &value)) {
		CHECK(strlen(text) < sizeof(text) && text[0]);
		CHECK(strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
			strlen(text));
	}
}

/* The body as it is, sealed as its owner would, also with a wrong length. */
static void check_sealed(const uint8_t *data, size_t bytes)
{
	uint8_t made[QUERY_BYTES], again[QUERY_BYTES];
	struct query q = {.reply = true}, got;
	struct query_room room;
	struct query_body b;

	query_begin(&room, made);
	if (bytes > 6) {
		size_t n = bytes - 6 < room.left ? bytes - 6 : room.left;

		q.type = data[0];
		q.part = data[1];
		q.parts = data[2];
		q.workers = data[3];
		memcpy(room.at, data + 6, n);
		room.at += n;
	}
	query_seal(made, &q, &room, &key);
	CHECK(query_open(made, sizeof(made), &key, &got, &b) == 0);
	CHECK(got.type == q.type && got.part == q.part);
	CHECK(b.at == made + BODY_AT && b.at + b.left == room.at);
	check_body(b);
	if (bytes > 6) {
		memcpy(made + 6, data + 4, 2);
		mac_make(made + QUERY_BYTES - MAC_BYTES, &key, made,
			QUERY_BYTES - MAC_BYTES);
		if (query_open(made, sizeof(made), &key, &got, &b) == 0) {
			CHECK(b.left <= QUERY_BYTES - MAC_BYTES - BODY_AT);
			check_body(b);
		}
	}
	memcpy(again, made, sizeof(again));
	again[bytes % QUERY_BYTES] ^= 1;
	CHECK(query_open(again, sizeof(again), &key, &got, &b) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct query_body b;
	struct query q;

	/* Without libsodium there are no queries. */
	if (!mac_available() || bytes == 0)
		return 0;
	if (!key.bytes[0])
		CHECK(mac_key_read(&key, "a secret that is long enough, yes",
			      33) == 0);
	if (data[0] & SEALED)
		check_sealed(data + 1, bytes - 1);
	else
		CHECK(query_open(data + 1, (uint32_t)bytes - 1, &key, &q, &b) !=
			0);
	return 0;
}
