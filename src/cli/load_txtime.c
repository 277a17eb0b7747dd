/* SPDX-License-Identifier: MIT */
#include "cli/load_txtime.h"

#include "net/qdisc.h"
#include "net/route.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The device that datagrams leave by, and its name. */
static unsigned device_of(const struct load_config *c, char name[IF_NAMESIZE])
{
	int index;

	if (c->device) {
		snprintf(name, IF_NAMESIZE, "%s", c->device);
		index = (int)if_nametoindex(c->device);
		if (!index)
			index = -errno;
	} else {
		index = route_device(&c->remote, &c->bind);
		if (index >= 0 && !if_indextoname((unsigned)index, name))
			index = -errno;
	}
	if (index < 0)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime: which device leads to the "
			"peer: %s",
			strerror(-index));
	return (unsigned)index;
}

static enum qdisc_pacer pacer_of(unsigned device)
{
	int fd = qdisc_open();
	int found = fd < 0 ? fd : qdisc_pacer(fd, device);

	if (fd >= 0)
		close(fd);
	if (found < 0)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime: queueing disciplines: %s",
			strerror(-found));
	return (enum qdisc_pacer)found;
}

void load_txtime_plan(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	char device[IF_NAMESIZE];
	enum qdisc_pacer pacer;

	if (!p->socket.txtime)
		return;
	if (!load_pace_is_open(&p->pace))
		load_fail(EXIT_USAGE,
			"--kernel-pacing=txtime goes with --rate, --bitrate, "
			"--ramp or --find-capacity: the kernel times what has "
			"a plan");
	if (p->o->print_scenario)
		return;
	pacer = pacer_of(device_of(c, device));
	if (pacer == QDISC_NO_PACER)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime needs the fq or etf queueing "
			"discipline on %s: sudo tc qdisc replace dev %s root "
			"fq",
			device, device);
	c->txtime = true;
	c->txtime_clock = pacer == QDISC_ETF ? CLOCK_TAI : CLOCK_MONOTONIC;
}
