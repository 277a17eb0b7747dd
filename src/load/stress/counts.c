/* SPDX-License-Identifier: MIT */
#include "load/stress/counts.h"

#include "load/ledger/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static const struct {
	const char *path;
	bool v4, v6;
	void (*parse)(FILE *f, struct counts *out);
} files[] = {
	[COUNTS_SNMP] = {PROC_NET "snmp", true, false, parse_pairs},
	[COUNTS_NETSTAT] = {PROC_NET "netstat", true, false, parse_pairs},
	[COUNTS_SNMP6] = {PROC_NET "snmp6", false, true, parse_names},
	[COUNTS_SOFTNET] = {PROC_NET "softnet_stat", true, true, parse_softnet},
};

void counts_parse(enum counts_file kind, FILE *f, struct counts *out)
{
	files[kind].parse(f, out);
}

int counts_open(struct counts_source *s, bool v6)
{
	bool any = false;
	int error = 0;

	*s = (struct counts_source){.open = true};
	for (enum counts_file i = 0; i < COUNTS_FILES; i++) {
		s->file[i] = -1;
		if (!(v6 ? files[i].v6 : files[i].v4))
			continue;
		s->file[i] = open(files[i].path, O_RDONLY | O_CLOEXEC);
		if (s->file[i] < 0)
			error = -errno;
		else
			any = true;
	}
	if (any)
		return 0;
	counts_close(s);
	return error;
}

void counts_close(struct counts_source *s)
{
	for (size_t i = 0; s->open && i < COUNTS_FILES; i++)
		if (s->file[i] >= 0)
			close(s->file[i]);
	*s = (struct counts_source){0};
}

void counts_read(const struct counts_source *s, struct counts *out)
{
	out->n = 0;
	for (size_t i = 0; s->open && i < COUNTS_FILES; i++) {
		FILE *f = proc_again(s->file[i]);

		if (!f)
			continue;
		files[i].parse(f, out);
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
