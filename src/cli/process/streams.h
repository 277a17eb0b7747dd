/* SPDX-License-Identifier: MIT */
/*
 * Standard input, output and error: descriptors 0 to 2. Whoever starts the
 * program may have closed them; then the next socket or file to be opened would
 * get their number, and what is printed would go there.
 */
#pragma once

#include <stdio.h>

/*
 * First thing in main(): opens /dev/null for each one that is closed. As with
 * gnulib's stdopen(), standard input and output are opened for the wrong
 * direction: what the user asked for cannot be read or printed, and the attempt
 * fails with EBADF instead of seeming to succeed. Messages are dropped: closing
 * standard error asks for that.
 *
 * However the program ends, a full disk behind standard output is no success
 * from then on: it is told, and the exit code is EXIT_SYSTEM instead of 0.
 *
 * 0, or -errno of open().
 */
int streams_open(void);

/* Right after a write to out that failed: keeps its errno for that message.
 * Returns it, negative; -EIO where there is none. */
int streams_failed(FILE *out);

/* fflush() with that. 0 or -errno. */
int streams_flush(FILE *out);

/* One line: "udpmill VERB: writing the report: WHY". Where standard output is
 * what failed, this is not said again when the program ends. */
void streams_tell(int error);
