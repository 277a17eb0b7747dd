/* SPDX-License-Identifier: MIT */
#include "metrics/kernel.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char snmp_text[] = "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
			  "Udp: InDatagrams NoPorts Unheard\nUdp: 7 8 9\n"
			  "UdpLite: InDatagrams\nUdpLite: 99\n";
static char snmp6_text[] = "Ip6InReceives                   	5\n"
			   "Udp6InDatagrams                 	6\n"
			   "UdpLite6InDatagrams             	77\n";

static char *write_from(FILE *snmp, FILE *snmp6)
{
	char *written;
	size_t bytes;
	struct metrics_text text = {.format = METRICS_OPENMETRICS};

	text.out = open_memstream(&written, &bytes);
	metrics_kernel_write_from(&text, snmp, snmp6);
	fclose(text.out);
	return written;
}

Test(kernel, has_the_names_of_node_exporter)
{
	FILE *snmp = fmemopen(snmp_text, strlen(snmp_text), "r");
	FILE *snmp6 = fmemopen(snmp6_text, strlen(snmp6_text), "r");
	char *text = write_from(snmp, snmp6);

	cr_assert(strstr(text,
		"# TYPE node_netstat_Udp_InDatagrams unknown\n"
		"# HELP node_netstat_Udp_InDatagrams UdpInDatagrams of this "
		"network namespace: delivered to sockets\n"
		"node_netstat_Udp_InDatagrams 7\n"));
	cr_assert(strstr(text, "\nnode_netstat_Udp_NoPorts 8\n"));
	cr_assert(strstr(text, "\nnode_netstat_Udp_Unheard 9\n"));
	cr_assert(strstr(text, "\nnode_netstat_Udp6_InDatagrams 6\n"));
	cr_assert(!strstr(text, "Ip"));
	cr_assert(!strstr(text, "Lite"));
	free(text);
	fclose(snmp);
	fclose(snmp6);
}

Test(kernel, leaves_out_what_is_not_there)
{
	char *text = write_from(NULL, NULL);

	cr_assert(strcmp(text, "") == 0);
	free(text);
}

Test(kernel, reads_the_counters_of_this_host)
{
	char *written;
	size_t bytes;
	struct metrics_text text = {.format = METRICS_PROMETHEUS};

	text.out = open_memstream(&written, &bytes);
	metrics_kernel_write(&text);
	fclose(text.out);
	cr_assert(strstr(written, "\nnode_netstat_Udp_RcvbufErrors "));
	free(written);
}
