/* SPDX-License-Identifier: MIT */
#include "sockets.h"

#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MOST  (1u << 20)
#define UNCONNECTED 7 /* TCP_CLOSE, which is what such a UDP socket is in */

bool sockets_have(const char *table, unsigned port)
{
	const char *row = table;

	while ((row = strchr(row, '\n'))) {
		unsigned at, state;

		row++;
		if (sscanf(row, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &at,
			    &state) == 2 &&
			at == port && state == UNCONNECTED)
			return true;
	}
	return false;
}

bool sockets_are_open(pid_t pid, unsigned port)
{
	static const char *const tables[] = {"udp", "udp6"};
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(tables) / sizeof(*tables);
		i++) {
		char path[64], *text;
		size_t bytes;

		snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid,
			tables[i]);
		if (file_read(path, TABLE_MOST, &text, &bytes))
			continue; /* a kernel without IPv6 */
		found = sockets_have(text, port);
		free(text);
	}
	return found;
}
