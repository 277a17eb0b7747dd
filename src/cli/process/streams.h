/* SPDX-License-Identifier: MIT */
/*
 * Standard input, output and error: descriptors 0 to 2. Whoever starts the
 * program may have closed them; then the next socket or file that is opened
 * would get their number, and output would go there.
 */
#pragma once

#include <stdio.h>

/*
 * Call this first in main(): opens /dev/null for each one that is closed. As
 * with gnulib's stdopen(), standard input and output are opened for the wrong
 * direction: reading or printing then fails with EBADF instead of seeming to
 * succeed. Messages are dropped, since closing standard error asks for that.
 *
 * However the program ends, it reports it if standard output could not be
 * written, for example to a full disk, and then exits with EXIT_SYSTEM instead
 * of 0.
 *
 * 0, or -errno of open().
 */
int streams_open(void);

/* Call right after a failed write to out: keeps its errno for that message, and
 * returns it, negative; -EIO if there is none. */
int streams_failed(FILE *out);

/* fflush() with that. 0 or -errno. */
int streams_flush(FILE *out);

/* Prints "udpmill VERB: writing the report: WHY". If standard output is what
 * failed, this is not reported again when the program ends. */
void streams_tell(int error);
