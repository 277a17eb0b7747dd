/* SPDX-License-Identifier: MIT */
/*
 * The Internet checksum (RFC 1071): sums in the machine's byte order, which the
 * RFC shows to give the right bytes on any.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Adds bytes to a sum; an odd last byte is padded with 0. A sum has room for
 * 2^29 additions of any length. */
static inline uint64_t checksum_add(
	uint64_t sum, const uint8_t *data, size_t bytes)
{
	uint64_t even = 0, odd = 0, carries = 0, word;
	uint32_t last;
	uint16_t half = 0;

	/* Two sums, so that an addition need not wait for the one before. What
	 * they carry is 2^64, which is 1 to a checksum. */
	for (; bytes >= 16; bytes -= 16, data += 16) {
		memcpy(&word, data, 8);
		carries += __builtin_add_overflow(even, word, &even);
		memcpy(&word, data + 8, 8);
		carries += __builtin_add_overflow(odd, word, &odd);
	}
	if (bytes >= 8) {
		memcpy(&word, data, 8);
		carries += __builtin_add_overflow(even, word, &even);
		data += 8;
		bytes -= 8;
	}
	carries += __builtin_add_overflow(even, odd, &even);
	sum += (even & 0xffffffff) + (even >> 32) + carries;
	if (bytes >= 4) {
		memcpy(&last, data, 4);
		sum += last;
		data += 4;
		bytes -= 4;
	}
	if (bytes >= 2) {
		memcpy(&half, data, 2);
		sum += half;
		data += 2;
		bytes -= 2;
	}
	half = 0;
	if (bytes)
		memcpy(&half, data, 1);
	return sum + half;
}

/* 16 bits, not complemented. 0 only if everything that was added was 0. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
