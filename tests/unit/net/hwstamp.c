/* SPDX-License-Identifier: MIT */
/* Whether a device stamps datagrams: found out without changing it, with a
 * reason if not. */
#include "net/hwstamp.h"

#include <criterion/criterion.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <string.h>

static char why[128];

Test(hwstamp, of_loopback_are_off_and_the_reason_names_it)
{
	unsigned lo = if_nametoindex("lo");

	if (!lo)
		cr_skip_test("no lo here");
	cr_assert(!hwstamp_on(lo, why, sizeof(why)));
	cr_assert(strncmp(why, "lo ", 3) == 0, "%s", why);
}

Test(hwstamp, of_an_unknown_device_are_off)
{
	cr_assert(!hwstamp_on(0, why, sizeof(why)));
	cr_assert(strstr(why, "not known"), "%s", why);
}

Test(hwstamp, suffice_only_for_every_datagram_both_ways)
{
	static const struct {
		int tx_type, rx_filter;
		bool suffices;
	} cases[] = {
		{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_ALL, true},
		{HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_ALL, false},
		{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_NONE, false},
		{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_PTP_V2_EVENT, false},
		{HWTSTAMP_TX_ON, HWTSTAMP_FILTER_SOME, false},
		{HWTSTAMP_TX_ONESTEP_SYNC, HWTSTAMP_FILTER_ALL, true},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(hwstamp_suffices(cases[i].tx_type,
				  cases[i].rx_filter) == cases[i].suffices,
			"case %u", i);
}
