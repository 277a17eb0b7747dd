/* SPDX-License-Identifier: MIT */
#include "net/proc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void proc_read_pairs(FILE *f, proc_sink *sink, void *arg)
{
	char *keys = NULL, *values = NULL;
	size_t key_room = 0, value_room = 0;

	while (getline(&keys, &key_room, f) > 0 &&
		getline(&values, &value_room, f) > 0) {
		char *k, *v, *key, *value;
		const char *protocol = strtok_r(keys, ": \n", &k);

		if (!protocol || !strtok_r(values, ": \n", &v))
			continue;
		while ((key = strtok_r(NULL, " \n", &k)) &&
			(value = strtok_r(NULL, " \n", &v)))
			sink(arg, protocol, key, strtoull(value, NULL, 10));
	}
	free(keys);
	free(values);
}

void proc_read_names(FILE *f, proc_sink *sink, void *arg)
{
	char line[256], name[64];
	uint64_t value;

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %" SCNu64, name, &value) == 2)
			sink(arg, "", name, value);
}

/* A line per CPU, in base 16: processed, dropped, ... */
void proc_read_softnet(FILE *f, proc_sink *sink, void *arg)
{
	uint64_t dropped;
	char line[512];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*x %" SCNx64, &dropped) == 1)
			sink(arg, "", "softnet_dropped", dropped);
}

FILE *proc_again(int fd)
{
	int copy = fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 ? dup(fd) : -1;
	FILE *f = copy >= 0 ? fdopen(copy, "r") : NULL;

	if (!f && copy >= 0)
		close(copy);
	return f;
}
