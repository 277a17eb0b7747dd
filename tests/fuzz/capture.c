/* SPDX-License-Identifier: MIT */
/* Captured packets: whatever they contain, the payload lies within the packet.
 * Reads beyond the packet are left to a sanitizer. */
#include "fuzz.h"
#include "load/traffic/dissect.h"

#include <string.h>

#define V4 "E\0\0\37\0\0\0\0\100\21\0\0\12\0\0\1\12\0\0\2\1\2\3\4\0\13\0\0abc"
#define V6_ADDRESSES                                                           \
	"\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                                   \
	"\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"
#define UDP  "\1\2\3\4\0\13\0\0abc"
#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"

/* The first byte is the link, the second what is missing of the packet. */
const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\0\0" MACS "\10\0" V4),
	SAMPLE("\0\4" MACS "\201\0\0\5\210\250\0\6\10\0" V4),
	SAMPLE("\1\0" V4),
	SAMPLE("\1\0`\0\0\0\0\13\21\100" V6_ADDRESSES UDP),
	SAMPLE("\1\0`\0\0\0\0\43\0\100" V6_ADDRESSES
	       "+\0\1\4\0\0\0\0<\0\0\0\0\0\0\0\21\0\1\4\0\0\0\0" UDP),
	SAMPLE("\1\0`\0\0\0\0\23,\100" V6_ADDRESSES "\21\0\0\0\0\0\0\7" UDP),
	SAMPLE("\2\0\0\0\0\1\0\6\2\0\0\0\0\1\0\0\10\0" V4),
	SAMPLE("\3\0\10\0\0\0\0\0\0\1\0\1\0\6\2\0\0\0\0\1\0\0" V4),
	SAMPLE("\4\0\2\0\0\0" V4),
	{NULL, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const uint8_t none[DISSECT_TUPLE];
	enum dissect_verdict v;
	struct dissected d;
	uint32_t n;

	if (bytes < 2)
		return 0;
	n = (uint32_t)bytes - 2;
	v = dissect(&d, data[0] % 6u, data + 2, n, n + data[1]);
	CHECK(v < DISSECT_VERDICTS);
	if (v != DISSECT_DATAGRAM)
		return 0;
	CHECK(d.at >= 28 && d.at <= n && d.bytes <= n - d.at);
	CHECK(memcmp(d.tuple, none, sizeof(none)) != 0);
	/* The length field of its own header, just before it. */
	CHECK(d.bytes + 8 == ((uint32_t)data[d.at - 2] << 8 | data[d.at - 1]));
	return 0;
}
