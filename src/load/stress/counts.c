/* SPDX-License-Identifier: MIT */
#include "load/stress/counts.h"

#include "net/proc.h"

#include <string.h>

static struct count *find(struct counts *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return &c->list[i];
	return NULL;
}

static void add(struct counts *c, const char *name, uint64_t value)
{
	struct count *at = find(c, name);

	if (!at && c->n < COUNTS_MAX) {
		at = &c->list[c->n++];
		*at = (struct count){0};
		snprintf(at->name, sizeof(at->name), "%s", name);
	}
	if (at)
		at->value += value;
}

/* Leaves out TCP's, except one that is really about IP. */
static bool wanted(const char *protocol, const char *key)
{
	static const char *const protocols[] = {
		"Ip", "IpExt", "Icmp", "IcmpMsg", "Udp"};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(protocol, protocols[i]) == 0)
			return true;
	return strcmp(key, "IPReversePathFilter") == 0;
}

static void add_wanted(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	char name[COUNT_NAME];

	if (!wanted(protocol, key))
		return;
	snprintf(name, sizeof(name), "%s%s", protocol, key);
	add(arg, name, value);
}

static void add_name(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	(void)protocol;
	if (strncmp(key, "UdpLite6", 8) != 0)
		add(arg, key, value);
}

static void parse_pairs(FILE *f, struct counts *out)
{
	proc_read_pairs(f, add_wanted, out);
}

static void parse_names(FILE *f, struct counts *out)
{
	proc_read_names(f, add_name, out);
}

static void parse_softnet(FILE *f, struct counts *out)
{
	proc_read_softnet(f, add_name, out);
}

/* The other files have nothing of IP, ICMP or UDP. */
static void (*const parsers[FIGURES_FILES])(FILE *f, struct counts *out) = {
	[FIGURES_SNMP] = parse_pairs,
	[FIGURES_NETSTAT] = parse_pairs,
	[FIGURES_SNMP6] = parse_names,
	[FIGURES_SOFTNET] = parse_softnet,
};

void counts_parse(enum figures_file kind, FILE *f, struct counts *out)
{
	if (parsers[kind])
		parsers[kind](f, out);
}

void counts_read(const struct figures_source *s, struct counts *out)
{
	out->n = 0;
	for (enum figures_file i = 0; i < FIGURES_FILES; i++) {
		FILE *f = figures_stream(s, i);

		if (!f)
			continue;
		counts_parse(i, f, out);
		fclose(f);
	}
}

static uint64_t value_of(const struct counts *c, const char *name, size_t hint)
{
	/* Usually at the same index as before. */
	if (hint < c->n && strcmp(c->list[hint].name, name) == 0)
		return c->list[hint].value;
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return c->list[i].value;
	return 0;
}

size_t counts_between(struct count *out, size_t room,
	const struct counts *start, const struct counts *end)
{
	size_t n = 0;

	for (size_t i = 0; i < end->n && n < room; i++) {
		const struct count *c = &end->list[i];
		uint64_t before = value_of(start, c->name, i);

		if (c->value <= before)
			continue;
		out[n] = *c;
		out[n++].value -= before;
	}
	return n;
}

bool counts_is_plain(const char *name)
{
	static const char *const ends[] = {"Octets", "ECTPkts", "ECT1Pkts",
		"ECT0Pkts", "CEPkts", "InReceives", "InDelivers", "OutRequests",
		"OutTransmits", "InDatagrams", "OutDatagrams", "InMcastPkts",
		"OutMcastPkts", "InBcastPkts", "OutBcastPkts"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (length > n && strcmp(name + length - n, ends[i]) == 0)
			return true;
	}
	/* ICMP totals repeat the counters by type. */
	return strcmp(name, "IcmpInMsgs") == 0 ||
	       strcmp(name, "IcmpOutMsgs") == 0 ||
	       strcmp(name, "Icmp6InMsgs") == 0 ||
	       strcmp(name, "Icmp6OutMsgs") == 0 ||
	       strncmp(name, "IcmpMsg", 7) == 0 ||
	       strncmp(name, "Icmp6InType", 11) == 0 ||
	       strncmp(name, "Icmp6OutType", 12) == 0;
}
