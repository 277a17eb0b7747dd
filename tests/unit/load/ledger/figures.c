/* SPDX-License-Identifier: MIT */
/* Files of /proc/net as they were copied from a host, shortened; and a real
 * namespace, where this process may make one. */
#include "load/ledger/figures.h"

#include "net/netns.h"

#include <criterion/criterion.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct figures parse(
	enum figures_file kind, const char *text, bool loopback, bool v6)
{
	const struct figures_scope scope = {.loopback = loopback, .v6 = v6};
	struct figures f = {0};
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	cr_assert(file != NULL);
	figures_parse(kind, file, &scope, &f);
	fclose(file);
	return f;
}

/* Nothing but these. */
static void check(const struct figures *f, const struct figures *wanted)
{
	for (enum figure i = 0; i < FIGURES; i++)
		cr_assert(f->v[i] == wanted->v[i], "%s: %lu, not %lu",
			figure_name(i, false), f->v[i], wanted->v[i]);
}

#define SNMP                                                                   \
	"Ip: Forwarding DefaultTTL InHdrErrors InDiscards ReasmReqds\n"        \
	"Ip: 2 64 11 12 13\n"                                                  \
	"Icmp: InMsgs InDestUnreachs NoPorts\n"                                \
	"Icmp: 99 14 98\n"                                                     \
	"Udp: InDatagrams NoPorts InErrors RcvbufErrors InCsumErrors\n"        \
	"Udp: 1 21 22 23 18446744073709551615\n"                               \
	"UdpLite: InDatagrams NoPorts\n"                                       \
	"UdpLite: 97 96\n"

Test(figures, are_found_by_name_in_pairs_of_lines)
{
	const struct figures wanted = {{
		[FIGURE_IN_HDR_ERRORS] = 11,
		[FIGURE_IN_DISCARDS] = 12,
		[FIGURE_REASM_REQDS] = 13,
		[FIGURE_ICMP_TOO_BIG] = 14,
		[FIGURE_NO_PORTS] = 21,
		[FIGURE_RCVBUF_ERRORS] = 23,
		[FIGURE_CSUM_ERRORS] = UINT64_MAX,
	}};
	struct figures f = parse(FIGURES_SNMP, SNMP, false, false);

	check(&f, &wanted);
}

Test(figures, of_a_truncated_line_are_those_present)
{
	const struct figures wanted = {{[FIGURE_NO_PORTS] = 5}};
	struct figures f = parse(FIGURES_SNMP,
		"Udp: InDatagrams NoPorts RcvbufErrors\nUdp: 1 5\n", false,
		false);

	check(&f, &wanted);
	f = parse(FIGURES_SNMP, "Udp: NoPorts\n", false, false);
	check(&f, &(struct figures){0});
	f = parse(FIGURES_SNMP, "\n\n\n", false, false);
	check(&f, &(struct figures){0});
}

Test(figures, of_ipv6_are_found_by_name)
{
	const struct figures wanted = {{
		[FIGURE_NO_PORTS] = 7,
		[FIGURE_REASM_FAILS] = 8,
	}};
	struct figures f = parse(FIGURES_SNMP6,
		"Ip6InReceives                   \t10\n"
		"Ip6ReasmFails                   \t8\n"
		"Udp6NoPorts                     \t7\n"
		"UdpLite6NoPorts                 \t6\n",
		false, true);

	check(&f, &wanted);
}

#define DEVICES                                                                \
	"Inter-|   Receive                            |  Transmit\n"           \
	" face |bytes    packets errs drop fifo frame compressed multicast|"   \
	"bytes    packets errs drop fifo colls carrier compressed\n"           \
	"    lo: 1 1 101 102 1 1 1 1 1 1 103 104 1 1 1 1\n"                    \
	"  eth0: 1 1 201 202 1 1 1 1 1 1 203 204 1 1 1 1\n"                    \
	"veth12345678901:1 1 5 6 1 1 1 1 1 1 7 8 1 1 1 1\n"

Test(figures, of_devices_are_of_loopback_or_of_all_others)
{
	const struct figures loopback = {{
		[FIGURE_RX_ERRORS] = 101,
		[FIGURE_RX_DROPPED] = 102,
		[FIGURE_TX_ERRORS] = 103,
		[FIGURE_TX_DROPPED] = 104,
	}};
	const struct figures others = {{
		[FIGURE_RX_ERRORS] = 206,
		[FIGURE_RX_DROPPED] = 208,
		[FIGURE_TX_ERRORS] = 210,
		[FIGURE_TX_DROPPED] = 212,
	}};
	struct figures f = parse(FIGURES_DEV, DEVICES, true, false);

	check(&f, &loopback);
	f = parse(FIGURES_DEV, DEVICES, false, false);
	check(&f, &others);
}

Test(figures, of_each_cpu_are_summed)
{
	const struct figures backlog = {
		{[FIGURE_BACKLOG] = 0x1a + UINT64_C(0xffffffff)}};
	const struct figures neighbour = {{
		[FIGURE_NEIGHBOUR_DISCARDS] = 0x11,
		[FIGURE_NEIGHBOUR_DESTROYS] = 0x30,
	}};
	struct figures f = parse(FIGURES_SOFTNET,
		"0c4c98f4 0000001a 00000001 00000000\n"
		"07a28145 ffffffff 00000002 00000000\n",
		false, false);

	check(&f, &backlog);
	f = parse(FIGURES_ARP,
		"entries  destroys unresolved_discards table_fulls\n"
		"00000002 00000010 0000000f            00000009\n"
		"00000002 00000020 00000002            00000009\n",
		false, false);
	check(&f, &neighbour);
	f = parse(FIGURES_ARP, "entries allocs\n00000001 00000002\n", false,
		false);
	check(&f, &(struct figures){0});
}

Test(figures, are_subtracted_except_for_states)
{
	const struct figures start = {{
		[FIGURE_NO_PORTS] = 5,
		[FIGURE_RX_DROPPED] = 9,
		[FIGURE_QDISC_QUEUED] = 4,
	}};
	const struct figures end = {{
		[FIGURE_NO_PORTS] = 7,
		[FIGURE_RX_DROPPED] = 3, /* a device went away */
		[FIGURE_QDISC_QUEUED] = 6,
	}};
	const struct figures wanted = {{
		[FIGURE_NO_PORTS] = 2,
		[FIGURE_QDISC_QUEUED] = 6,
	}};
	struct figures f = figures_between(&start, &end);

	check(&f, &wanted);
}

static void up(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	cr_assert(ioctl(fd, SIOCSIFFLAGS, &r) == 0);
	close(fd);
}

static void send_to_nobody(int count)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	for (int i = 0; i < count; i++)
		cr_assert(sendto(fd, "x", 1, 0, (struct sockaddr *)&to,
				  sizeof(to)) == 1);
	close(fd);
}

Test(figures, stay_in_the_namespace_they_were_opened_in)
{
	const struct figures_scope scope = {.loopback = true};
	const struct figures wanted = {{
		[FIGURE_NO_PORTS] = 5,
		[FIGURE_ICMP_TOO_BIG] = 5,
	}};
	struct figures_source source;
	struct figures start, end, d;
	struct netns first, made;

	cr_assert(netns_open_pid(&first, getpid()) == 0);
	if (unshare(CLONE_NEWNET))
		cr_skip_test("no network namespaces here (root makes them)");
	up();
	cr_assert(figures_open(&source, &scope) == 0);
	figures_read(&source, &start);
	send_to_nobody(5);
	cr_assert(netns_enter(&first, &made) == 0);
	figures_read(&source, &end);
	d = figures_between(&start, &end);
	/* Of the whole host. */
	d.v[FIGURE_BACKLOG] = 0;

	check(&d, &wanted);
	figures_close(&source);
	netns_close(&first);
	netns_close(&made);
}

Test(figures, of_nowhere_are_zero)
{
	struct figures_source source = {0};
	struct figures f;

	figures_read(&source, &f);
	check(&f, &(struct figures){0});
	figures_close(&source);
}
