/* SPDX-License-Identifier: MIT */
/* Probes: whatever arrives, only exact probes are accepted as such. */
#include "core/probe.h"
#include "fuzz.h"

#include <string.h>

/* Good ones are made below: a check cannot be written down by hand. */
const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("uml1\0\0\0\1\0\0\0\2----\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4"),
	SAMPLE("uml!\0\0\0\1\0\0\0\2----\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\4"
	       "payload of a probe, at least 24"),
	{NULL, 0},
};

static void check_answer(
	const uint8_t *data, size_t bytes, const struct probe *asked)
{
	const struct probe_receive seen = {1, 2, 3};
	struct probe_receive got;
	struct probe reply;
	uint8_t *copy = malloc(bytes);
	size_t written = bytes < PROBE_BYTES + PROBE_RECEIVE_BYTES
				 ? PROBE_BYTES
				 : PROBE_BYTES + PROBE_RECEIVE_BYTES;

	CHECK(copy);
	memcpy(copy, data, bytes);
	probe_answer(copy, (uint32_t)bytes, &seen);
	CHECK(probe_read(copy, (uint32_t)bytes, &reply) &&
		reply.magic == PROBE_REPLY);
	CHECK(reply.sequence == asked->sequence && reply.run == asked->run &&
		reply.flow == asked->flow && reply.sent_ns == asked->sent_ns);
	CHECK(memcmp(copy + written, data + written, bytes - written) == 0);
	CHECK(probe_read_receive(copy, (uint32_t)bytes, &got) ==
		(written > PROBE_BYTES));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t again[PROBE_BYTES], *made;
	struct probe_receive r;
	struct probe p = {0};

	probe_read_receive(data, (uint32_t)bytes, &r);
	if (bytes < PROBE_BYTES)
		return 0;
	if (probe_read(data, (uint32_t)bytes, &p)) {
		probe_write(again, (uint32_t)bytes, &p);
		CHECK(memcmp(again, data, PROBE_BYTES) == 0);
	}
	/* Other content, with the check that it should have. */
	made = malloc(bytes);
	CHECK(made);
	memcpy(made, data, bytes);
	p.magic = PROBE_REQUEST;
	p.sequence = ~p.sequence;
	probe_write(made, (uint32_t)bytes, &p);
	CHECK(probe_read(made, (uint32_t)bytes, &p));
	check_answer(made, bytes, &p);
	free(made);
	return 0;
}
