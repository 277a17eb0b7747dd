/* SPDX-License-Identifier: MIT */
#include "load/host.h"

#include "net/interface.h"

#include <stdio.h>
#include <unistd.h>

/* user nice system idle iowait irq softirq steal, in ticks. */
static double read_busy(void)
{
	FILE *f = fopen("/proc/stat", "re");
	unsigned long long t[8] = {0};
	double busy = 0;

	if (!f)
		return 0;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		    &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8)
		busy = (double)(t[0] + t[1] + t[2] + t[5] + t[6]) * 1e9 /
		       (double)sysconf(_SC_CLK_TCK);
	fclose(f);
	return busy;
}

void host_read(struct host_figures *out)
{
	out->busy_ns = read_busy();
}

bool host_owns(const union address *a)
{
	return address_is_loopback(a) || interface_has(a);
}
