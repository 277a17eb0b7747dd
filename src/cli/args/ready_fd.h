/* SPDX-License-Identifier: MIT */
/* --ready-fd: the descriptor by which a verb tells a script that it is ready,
 * as s6 and others do. */
#pragma once

/* A descriptor that is open for writing. The program itself writes to those
 * below 3, and this one is closed. Prints and exits if it is anything else. */
int ready_fd_parse(const char *text);

/* Writes a line and closes the descriptor. 0 or -errno. */
int ready_fd_say(int fd, const char *line);
