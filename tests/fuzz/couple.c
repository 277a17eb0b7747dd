/* SPDX-License-Identifier: MIT */
/* Batches of any trains: coupling changes nothing on the wire. */
#include "core/couple.h"
#include "fuzz.h"
#include "oracle/wire.h"

#include <arpa/inet.h>
#include <string.h>

#define TRAINS 24
#define PEERS  6

/* A byte for the limit of segments, then five for each train. */
const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\3\0\0\0\12\0\0\0\0\12\0\0\0\0\12\0"),
	SAMPLE("\0\0\0\0\12\2\1\0\0\12\3"),
	SAMPLE("\3\0\0\5\170\56\0\0\5\170\12\1\0\0\0\0"),
	SAMPLE("\3\0\0\0\12\177\0\0\0\12\177\5\0\0\12\0\0\0\0\12\0"),
	SAMPLE("\2\3\0\377\360\1\0\1\377\343\0\0\2\0\1\77"),
	{NULL, 0},
};

static struct batch batch;
static union address peers[PEERS];
static uint8_t memory[TRAINS][TRAIN_ROOM];

static void make_batch(void)
{
	static const char *const texts[PEERS] = {"192.0.2.1:1000",
		"192.0.2.1:1001", "193.0.2.1:744", "[2001:db8::1]:1000",
		"[fe80::1%1]:1000", "[::ffff:192.0.2.1]:1000"};

	if (batch.capacity)
		return;
	for (int i = 0; i < PEERS; i++)
		CHECK(address_parse(&peers[i], texts[i]) == 0);
	CHECK(batch_init(&batch, TRAINS) == 0);
	/* No stretch of it is like the one before. */
	for (size_t i = 0; i < sizeof(memory); i++)
		((uint8_t *)memory)[i] = (uint8_t)(i * 31 + i / 251);
}

static struct local_address local(uint8_t choice)
{
	struct local_address l = {.interface = choice >> 4};

	switch (choice & 3) {
	case 1:
		l.family = AF_INET;
		l.v4.s_addr = htonl(0x7f000001u + (choice >> 2 & 1));
		break;
	case 2:
		l.family = AF_INET6;
		l.v6.s6_addr[15] = choice >> 2 & 1;
		break;
	default:
		break;
	}
	return l;
}

static void add(const uint8_t *five)
{
	uint32_t n = batch.count++;
	struct train *t = &batch.trains[n];
	uint32_t each = (uint32_t)five[2] << 8 | five[3];
	uint32_t segments = 1 + five[4] % TRAIN_RECEIVE_SEGMENTS;
	uint32_t bytes = each * segments;

	/* The last is shorter where the room ends. */
	if (bytes > TRAIN_ROOM)
		bytes = TRAIN_ROOM;
	*t = (struct train){
		.data = memory[n],
		.peer = &peers[five[0] % PEERS],
		.local = local(five[1]),
		.verdict = five[0] & 0x80 ? VERDICT_ABSORB : VERDICT_ANSWER,
	};
	train_shape(t, bytes, each);
	t->reply_bytes = t->bytes;
	t->reply_segment_bytes = t->segment_bytes;
	t->reply_segments = t->segments;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const uint32_t limits[] = {1, 2, 17, TRAIN_SEND_SEGMENTS};
	uint32_t limit;

	if (bytes == 0)
		return 0;
	make_batch();
	limit = limits[data[0] & 3];
	batch.count = 0;
	for (size_t at = 1; at + 5 <= bytes && batch.count < TRAINS; at += 5)
		add(data + at);
	CHECK(couple(&batch, limit) == 0);
	CHECK(wire_fault(&batch, limit) == NULL);
	return 0;
}
