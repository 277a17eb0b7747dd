/* SPDX-License-Identifier: MIT */
#include "load/traffic/text.h"

#include <string.h>

#define BEFORE "Your data was "
#define BEHIND " bytes"
/* A datagram's length has at most five digits. */
#define DIGITS_MOST 5

bool text_read_length(const uint8_t *data, uint32_t bytes, uint32_t *length)
{
	const uint32_t before = sizeof(BEFORE) - 1, behind = sizeof(BEHIND) - 1;
	uint32_t digits = bytes - before - behind, n = 0;

	if (bytes <= before + behind || digits > DIGITS_MOST ||
		memcmp(data, BEFORE, before) != 0 ||
		memcmp(data + bytes - behind, BEHIND, behind) != 0)
		return false;
	data += before;
	if (*data == '0' && digits > 1)
		return false;
	for (uint32_t i = 0; i < digits; i++) {
		if (data[i] < '0' || data[i] > '9')
			return false;
		n = 10 * n + data[i] - '0';
	}
	*length = n;
	return true;
}
