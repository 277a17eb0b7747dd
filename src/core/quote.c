/* SPDX-License-Identifier: MIT */
#include "core/quote.h"

#include <stdint.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

/*
 * Characters that a terminal may obey or not show: C1 controls, Unicode's
 * format characters (including bidirectional overrides), line and paragraph
 * separators, surrogates, private use, non-characters and tags.
 */
static const struct range unprintable[] = {
	{0x0080, 0x009f},
	{0x00ad, 0x00ad},
	{0x061c, 0x061c},
	{0x180e, 0x180e},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0xd800, 0xf8ff},
	{0xfdd0, 0xfdef},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xfff0, 0xfffb},
	{0xfffe, 0xffff},
	{0xe0000, UINT32_MAX},
};

static bool is_printable(uint32_t c)
{
	for (size_t i = 0; i < sizeof(unprintable) / sizeof(*unprintable); i++)
		if (c >= unprintable[i].first && c <= unprintable[i].last)
			return false;
	return (c & 0xfffe) != 0xfffe;
}

/* The length of the well-formed, printable, non-ASCII character at data; 0 if
 * there is none. */
static size_t character(const uint8_t *data, size_t bytes)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = data[0] >= 0xf0 ? 4 : data[0] >= 0xe0 ? 3 : 2;
	uint32_t c = data[0] & (0xffu >> (n + 1));

	if (data[0] < 0xc2 || data[0] > 0xf4 || n > bytes)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (data[i] & 0x3fu);
	}
	/* Overlong forms are used to bypass filters. */
	return c >= lowest[n] && is_printable(c) ? n : 0;
}

/* Writes the escape of a byte and returns its length. */
static size_t escape(char piece[4], uint8_t c)
{
	static const char plain[] = "\"\\\n\r\t", letter[] = "\"\\nrt";
	static const char hex[] = "0123456789abcdef";
	const char *at = c ? strchr(plain, c) : NULL;

	piece[0] = '\\';
	if (at) {
		piece[1] = letter[at - plain];
		return 2;
	}
	piece[1] = 'x';
	piece[2] = hex[c >> 4];
	piece[3] = hex[c & 15];
	return 4;
}

/* How many bytes at data form a character that may be shown as it is; 0:
 * none. */
static size_t shown(const uint8_t *data, size_t bytes, bool utf8)
{
	if (data[0] == '"' || data[0] == '\\')
		return 0;
	if (data[0] >= 0x20 && data[0] < 0x7f)
		return 1;
	return utf8 ? character(data, bytes) : 0;
}

size_t quote(char *out, size_t room, const void *data, size_t bytes, bool utf8)
{
	const uint8_t *in = data;
	size_t at = 0, used = 0;

	while (at < bytes) {
		size_t taken = shown(in + at, bytes - at, utf8), n = taken;
		char piece[4];

		if (taken) {
			memcpy(piece, in + at, taken);
		} else {
			n = escape(piece, in[at]);
			taken = 1;
		}
		if (n >= room - used)
			break;
		memcpy(out + used, piece, n);
		used += n;
		at += taken;
	}
	out[used] = '\0';
	return at;
}
