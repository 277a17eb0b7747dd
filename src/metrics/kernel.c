/* SPDX-License-Identifier: MIT */
#include "metrics/kernel.h"

#include "net/proc.h"

#include <string.h>

#define NAME_MOST 96

static const struct {
	const char *key, *help;
} meanings[] = {
	{"InDatagrams", "delivered to sockets"},
	{"NoPorts", "for a port at which no socket was"},
	{"InErrors", "not delivered, for any of the causes below"},
	{"OutDatagrams", "sent; a GSO train counts once"},
	{"RcvbufErrors", "dropped because a receive buffer was full"},
	{"SndbufErrors", "not sent because a send buffer was full"},
	{"InCsumErrors", "dropped for a wrong checksum"},
	{"IgnoredMulti", "multicast that no socket wanted"},
	{"MemErrors", "dropped because UDP's memory (udp_mem) was used up"},
};

static const char *meaning_of(const char *key)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].key, key) == 0)
			return meanings[i].help;
	return "as in nstat(8)";
}

/* Neither a counter nor a gauge to node_exporter, so that the name has no
 * suffix. */
static void write_one(struct metrics_text *t, const char *protocol,
	const char *key, uint64_t value)
{
	char name[NAME_MOST], help[128];
	const struct metrics_family family = {
		.name = name, .type = METRICS_UNKNOWN, .help = help};

	snprintf(name, sizeof(name), "node_netstat_%s_%s", protocol, key);
	snprintf(help, sizeof(help), "%s%s of this network namespace: %s",
		protocol, key, meaning_of(key));
	metrics_begin(t, &family);
	metrics_value(t, NULL, value);
}

static void take_v4(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	if (strcmp(protocol, "Udp") == 0)
		write_one(arg, protocol, key, value);
}

static void take_v6(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	(void)protocol;
	if (strncmp(key, "Udp6", 4) == 0)
		write_one(arg, "Udp6", key + 4, value);
}

void metrics_kernel_write_from(struct metrics_text *t, FILE *snmp, FILE *snmp6)
{
	if (snmp)
		proc_read_pairs(snmp, take_v4, t);
	if (snmp6)
		proc_read_names(snmp6, take_v6, t);
}

void metrics_kernel_write(struct metrics_text *t)
{
	FILE *snmp = fopen(PROC_NET "snmp", "re");
	FILE *snmp6 = fopen(PROC_NET "snmp6", "re");

	metrics_kernel_write_from(t, snmp, snmp6);
	if (snmp)
		fclose(snmp);
	if (snmp6)
		fclose(snmp6);
}
