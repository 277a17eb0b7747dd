/* SPDX-License-Identifier: MIT */
#include "quiet.h"

#include "file.h"
#include "process.h"
#include "results.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOUND_MS  60000
#define QUIET     97 /* percent of the time that were idle */
#define FILE_MOST (1u << 20)

/* Time of all CPUs, in ticks. */
struct times {
	uint64_t idle, all;
};

static void read_text(const char *path, char **text)
{
	size_t bytes;
	int error = file_read(path, FILE_MOST, text, &bytes);

	if (error)
		results_fail("%s: %s", path, strerror(-error));
}

/* user nice system idle iowait irq softirq steal (proc(5)). */
static struct times read_times(void)
{
	unsigned long long t[8] = {0};
	struct times now = {0};
	char *text;

	read_text("/proc/stat", &text);
	if (sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		    &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) != 8)
		results_fail("/proc/stat: cannot be understood");
	free(text);
	for (size_t i = 0; i < 8; i++)
		now.all += t[i];
	now.idle = t[3] + t[4];
	return now;
}

/* Tasks that could run now, without this one. */
static unsigned runnable(void)
{
	unsigned n = 1;
	char *text;

	read_text("/proc/loadavg", &text);
	if (sscanf(text, "%*s %*s %*s %u/", &n) != 1)
		results_fail("/proc/loadavg: cannot be understood");
	free(text);
	return n > 0 ? n - 1 : 0;
}

void quiet_wait(unsigned ms)
{
	unsigned waited = 0, idle;

	do {
		struct times before = read_times(), now;

		sleep_ms(ms);
		waited += ms;
		now = read_times();
		idle = now.all > before.all
			       ? (unsigned)((now.idle - before.idle) * 100 /
					    (now.all - before.all))
			       : 100;
	} while ((idle < QUIET || runnable() > 0) && waited < BOUND_MS);
	results_say("quiet", "%u %u\n", waited, idle);
}
