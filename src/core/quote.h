/* SPDX-License-Identifier: MIT */
/*
 * Makes untrusted bytes safe to print between double quotes: a datagram can
 * neither move the cursor, colour the screen, change the reading direction nor
 * end the quotation. The original bytes can be recovered.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The most room that quoting so many bytes needs, with the NUL. */
#define QUOTE_ROOM(bytes) (4 * (size_t)(bytes) + 1)

/*
 * Printable ASCII stays; \" \\ \n \r \t as in C; with utf8, for terminals that
 * read UTF-8, well-formed printable characters stay too (RFC 3629; no control,
 * format, private or non-characters). Any other byte becomes \xNN, always with
 * two digits.
 *
 * Writes to out, which has room bytes (at least 1), and ends it with NUL. Never
 * cuts an escape or character. Returns how many bytes of data were quoted,
 * fewer than bytes if there was no more room.
 */
size_t quote(char *out, size_t room, const void *data, size_t bytes, bool utf8);
