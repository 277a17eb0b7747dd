/* SPDX-License-Identifier: MIT */
/* Files of /proc/net as a host has them, shortened; and differences. */
#include "load/stress/counts.h"

#include <criterion/criterion.h>
#include <string.h>

static struct counts before, after;

static void parse(enum figures_file kind, const char *text, struct counts *out)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	cr_assert(f != NULL);
	counts_parse(kind, f, out);
	fclose(f);
}

static void check(const struct counts *c, const char *name, uint64_t value)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i].name, name) == 0) {
			cr_assert(c->list[i].value == value, "%s", name);
			return;
		}
	cr_assert(false, "there is no %s", name);
}

Test(counts, in_pairs_of_lines_are_named_after_their_protocols)
{
	parse(FIGURES_SNMP,
		"Ip: Forwarding InHdrErrors\nIp: 1 2\n"
		"Icmp: InMsgs InErrors\nIcmp: 3 4\n"
		"IcmpMsg: OutType3\nIcmpMsg: 5\n"
		"Udp: InErrors InCsumErrors\nUdp: 6 18446744073709551615\n",
		&after);
	cr_assert(after.n == 7);
	check(&after, "IpInHdrErrors", 2);
	check(&after, "IcmpInErrors", 4);
	check(&after, "IcmpMsgOutType3", 5);
	check(&after, "UdpInCsumErrors", UINT64_MAX);
}

Test(counts, of_tcp_are_left_out_except_one_about_ip)
{
	parse(FIGURES_NETSTAT,
		"TcpExt: SyncookiesSent IPReversePathFilter\nTcpExt: 1 2\n"
		"IpExt: ReasmOverlaps\nIpExt: 3\n"
		"MPTcpExt: X\nMPTcpExt: 4\n",
		&after);
	cr_assert(after.n == 2);
	check(&after, "TcpExtIPReversePathFilter", 2);
	check(&after, "IpExtReasmOverlaps", 3);
}

Test(counts, of_ipv6_are_a_line_each)
{
	parse(FIGURES_SNMP6,
		"Ip6InHdrErrors                  \t5\n"
		"Udp6InErrors                    \t7\n"
		"UdpLite6InErrors                \t9\n",
		&after);
	cr_assert(after.n == 2);
	check(&after, "Ip6InHdrErrors", 5);
	check(&after, "Udp6InErrors", 7);
}

Test(counts, of_backlogs_are_added_up_over_cpus)
{
	parse(FIGURES_SOFTNET, "0000000a 00000010 0 0\n0000000b 00000002 0 0\n",
		&after);
	check(&after, "softnet_dropped", 18);
}

Test(counts, that_changed_have_their_difference)
{
	struct count moved[4];

	parse(FIGURES_SNMP, "Udp: A B C\nUdp: 1 2 3\n", &before);
	parse(FIGURES_SNMP, "Udp: A B C\nUdp: 1 5 4\n", &after);
	cr_assert(counts_between(moved, 4, &before, &after) == 2);
	cr_assert(strcmp(moved[0].name, "UdpB") == 0 && moved[0].value == 3);
	cr_assert(strcmp(moved[1].name, "UdpC") == 0 && moved[1].value == 1);
}

Test(counts, that_appear_later_began_at_zero)
{
	struct count moved[4];

	parse(FIGURES_SNMP, "IcmpMsg: B\nIcmpMsg: 2\n", &before);
	parse(FIGURES_SNMP, "IcmpMsg: A B\nIcmpMsg: 7 3\n", &after);
	cr_assert(counts_between(moved, 4, &before, &after) == 2);
	cr_assert(
		strcmp(moved[0].name, "IcmpMsgA") == 0 && moved[0].value == 7);
	cr_assert(
		strcmp(moved[1].name, "IcmpMsgB") == 0 && moved[1].value == 1);
}

Test(counts, that_went_back_have_not_changed)
{
	struct count moved[4];

	parse(FIGURES_SNMP, "Udp: A\nUdp: 5\n", &before);
	parse(FIGURES_SNMP, "Udp: A\nUdp: 4\n", &after);
	cr_assert(counts_between(moved, 4, &before, &after) == 0);
}

Test(counts, that_changed_are_returned_up_to_the_room)
{
	struct count moved[2];

	parse(FIGURES_SNMP, "Udp: A B C\nUdp: 1 2 3\n", &after);
	cr_assert(counts_between(moved, 2, &before, &after) == 2);
}

Test(counts, beyond_the_room_are_dropped)
{
	char text[32];

	for (int i = 0; i < COUNTS_MAX + 10; i++) {
		snprintf(text, sizeof(text), "Ip6Name%d 1\n", i);
		parse(FIGURES_SNMP6, text, &after);
	}
	cr_assert(after.n == COUNTS_MAX);
}

Test(counts, of_ordinary_traffic_are_plain_and_others_are_not)
{
	static const char *const plain[] = {"UdpInDatagrams", "Ip6OutRequests",
		"IpExtInOctets", "IpExtInNoECTPkts", "Ip6InReceives",
		"IcmpMsgInType3"};
	static const char *const others[] = {"UdpInErrors", "Ip6ReasmReqds",
		"Ip6InTruncatedPkts", "IcmpInDestUnreachs", "IpExtInNoRoutes",
		"softnet_dropped"};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		cr_assert(counts_is_plain(plain[i]), "%s", plain[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_assert(!counts_is_plain(others[i]), "%s", others[i]);
}

Test(counts, of_this_host_are_read)
{
	struct figures_source s;

	for (int v6 = 0; v6 < 2; v6++) {
		const struct figures_scope scope = {.v6 = v6};

		cr_assert(figures_open(&s, &scope) == 0);
		counts_read(&s, &after);
		figures_close(&s);
		cr_assert(after.n > 20, "%zu", after.n);
	}
}

Test(counts, of_nowhere_are_none)
{
	const struct figures_source s = {0};

	after.n = 3;
	counts_read(&s, &after);
	cr_assert(after.n == 0);
}
