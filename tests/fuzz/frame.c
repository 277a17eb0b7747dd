/* SPDX-License-Identifier: MIT */
/* Frames: whatever the bytes are, nothing outside them is read or written, and
 * a datagram that was answered is one that can be answered again. */
#include "xdp/frame.h"

#include "fuzz.h"

#include <string.h>

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\2\0\0\0\0\2\2\0\0\0\0\1\10\0"
	       "\105\0\0\40\0\0\100\0\100\21\0\0\300\0\2\2\300\0\2\1"
	       "\234\100\33\130\0\14\0\0ping"),
	SAMPLE("\2\0\0\0\0\2\2\0\0\0\0\1\206\335"
	       "\140\0\0\0\0\14\21\100"
	       "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\2"
	       "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"
	       "\234\100\33\130\0\14\133\222ping"),
	{NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	size_t room = bytes < FRAME_LEAST ? FRAME_LEAST : bytes;
	uint8_t *exact = malloc(bytes ? bytes : 1), *copy = calloc(1, room);
	union address source, destination, again;
	struct frame f, back;
	uint32_t n;

	CHECK(exact && copy);
	if (bytes) {
		memcpy(exact, data, bytes);
		memcpy(copy, data, bytes);
	}
	if (frame_parse(&f, exact, (uint32_t)bytes) == FRAME_SOUND) {
		CHECK(frame_headers(f.v6) + f.payload_bytes <= bytes);
		f.data = copy;
		frame_source(&f, false, &source);
		frame_destination(&f, false, &destination);
		n = frame_reply(&f, 191);
		CHECK(n >= FRAME_LEAST && n <= room);
		CHECK(frame_parse(&back, copy, n) == FRAME_SOUND);
		CHECK(back.payload_bytes == f.payload_bytes && back.ttl == 191);
		frame_source(&back, false, &again);
		CHECK(address_equal(&again, &destination));
		frame_destination(&back, false, &again);
		CHECK(address_equal(&again, &source));
		CHECK(memcmp(frame_payload(&back), exact + frame_headers(f.v6),
			      f.payload_bytes) == 0);
	}
	free(exact);
	free(copy);
	return 0;
}
