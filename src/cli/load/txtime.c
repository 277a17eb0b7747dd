/* SPDX-License-Identifier: MIT */
#include "cli/load/txtime.h"

#include "cli/args/usage.h"
#include "cli/load/fail.h"
#include "cli/print/say.h"
#include "net/qdisc.h"
#include "net/route.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Returns the index of the device that datagrams leave by, and its name; or
 * -errno. */
static int device_of(const struct load_config *c, char name[IF_NAMESIZE])
{
	int index;

	if (c->socket.device) {
		snprintf(name, IF_NAMESIZE, "%s", c->socket.device);
		index = (int)if_nametoindex(c->socket.device);
		if (!index)
			index = -errno;
	} else {
		index = route_device(&c->socket.remote, &c->socket.bind);
		if (index >= 0 && !if_indextoname((unsigned)index, name))
			index = -errno;
	}
	return index;
}

/* One of enum qdisc_pacer, or -errno. */
static int pacer_of(int device)
{
	int fd = qdisc_open();
	int found = fd < 0 ? fd : qdisc_pacer(fd, (unsigned)device);

	if (fd >= 0)
		close(fd);
	return found;
}

/* Only fq paces; without it the kernel ignores the option. */
void load_pacing_tell(const struct load_options *o)
{
	const struct load_config *c = &o->config;
	char device[IF_NAMESIZE];
	int index, pacer;

	if (!c->socket.max_pacing_bytes || o->print_scenario)
		return;
	index = device_of(c, device);
	pacer = index < 0 ? index : pacer_of(index);
	if (pacer < 0 || pacer == QDISC_FQ)
		return;
	say("--kernel-pacing has no effect: %s has no queueing discipline fq; "
	    "run sudo tc qdisc replace dev %s root fq",
		device, device);
}

void load_txtime_plan(struct load_parsing *p)
{
	struct load_config *c = &p->o->config;
	char device[IF_NAMESIZE];
	int index, pacer;

	if (!p->socket.txtime)
		return;
	if (!load_pace_is_open(&p->pace))
		usage_clash("kernel-pacing",
			"--kernel-pacing=txtime needs --rate, --bitrate, "
			"--ramp or --find-capacity: the kernel can time only "
			"what has a plan");
	if (p->o->print_scenario)
		return;
	index = device_of(c, device);
	if (index < 0)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime: finding the device that leads "
			"to the peer: %s",
			strerror(-index));
	pacer = pacer_of(index);
	if (pacer < 0)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime: reading the queueing "
			"disciplines: %s",
			strerror(-pacer));
	if (pacer == QDISC_NO_PACER)
		load_fail(EXIT_SYSTEM,
			"--kernel-pacing=txtime needs the fq or etf queueing "
			"discipline on %s; run sudo tc qdisc replace dev %s "
			"root fq",
			device, device);
	c->socket.txtime = true;
	c->socket.txtime_clock =
		pacer == QDISC_ETF ? CLOCK_TAI : CLOCK_MONOTONIC;
}
