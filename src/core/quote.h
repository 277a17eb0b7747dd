/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a stranger, made fit to be printed between double quotes: whatever
 * a datagram holds, it cannot move the cursor, colour the screen, turn the
 * reading direction or end the quotation. The original bytes can be had back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What the quotation of so many bytes needs at most, with its NUL. */
#define QUOTE_ROOM(bytes) (4 * (size_t)(bytes) + 1)

/*
 * Printable ASCII stays; \" \\ \n \r \t as in C; with utf8, which is for
 * readers that read UTF-8, its well-formed printable characters stay too
 * (RFC 3629; not control, format, private or non-characters). Each other byte
 * becomes \xNN, always of two digits.
 *
 * Writes to out, which has room bytes (at least 1), and ends it with NUL. An
 * escape or character is never cut. Returns the number of bytes of data that
 * were quoted: less than bytes where there was no more room.
 */
size_t quote(char *out, size_t room, const void *data, size_t bytes, bool utf8);
