/* SPDX-License-Identifier: MIT */
#include "load/ledger/figures.h"

#include "net/interface.h"
#include "net/otherhost.h"
#include "net/proc.h"
#include "net/qdisc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough for a protocol and a counter's name, as in snmp6. */
#define NAME_ROOM 64
/* stat/arp_cache has 13. */
#define COLUMNS_MAX 32

static const struct {
	const char *v4, *v6;
} names[FIGURES] = {
#define FIGURE(id, v4, v6) [FIGURE_##id] = {v4, v6},
#include "load/ledger/figures.def"
#undef FIGURE
};

const char *figure_name(enum figure f, bool v6)
{
	return v6 ? names[f].v6 : names[f].v4;
}

/* Where the counters of a file go. */
struct into {
	const struct figures_scope *scope;
	struct figures *out;
};

static void add(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	const struct into *into = arg;
	char name[NAME_ROOM];

	snprintf(name, sizeof(name), "%s%s", protocol, key);
	for (enum figure i = 0; i < FIGURES; i++) {
		const char *wanted = figure_name(i, into->scope->v6);

		if (wanted && strcmp(wanted, name) == 0)
			into->out->v[i] += value;
	}
}

static void parse_pairs(
	FILE *f, const struct figures_scope *scope, struct figures *out)
{
	proc_read_pairs(f, add, &(struct into){scope, out});
}

static void parse_names(
	FILE *f, const struct figures_scope *scope, struct figures *out)
{
	proc_read_names(f, add, &(struct into){scope, out});
}

/* "eth0: bytes packets errs drop fifo frame compressed multicast", received,
 * then the same sent. errs and drop already include fifo and frame. */
static void parse_devices(
	FILE *f, const struct figures_scope *scope, struct figures *out)
{
	uint64_t rx_errs, rx_drop, tx_errs, tx_drop;
	char line[512], name[32];

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line,
			    " %31[^:]: %*u %*u %" SCNu64 " %" SCNu64
			    " %*u %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
			    name, &rx_errs, &rx_drop, &tx_errs,
			    &tx_drop) != 5 ||
			(strcmp(name, "lo") == 0) != scope->loopback)
			continue;
		out->v[FIGURE_RX_ERRORS] += rx_errs;
		out->v[FIGURE_RX_DROPPED] += rx_drop;
		out->v[FIGURE_TX_ERRORS] += tx_errs;
		out->v[FIGURE_TX_DROPPED] += tx_drop;
	}
}

static void add_backlog(
	void *arg, const char *protocol, const char *key, uint64_t value)
{
	(void)protocol;
	(void)key;
	((struct figures *)arg)->v[FIGURE_BACKLOG] += value;
}

static void parse_softnet(
	FILE *f, const struct figures_scope *scope, struct figures *out)
{
	(void)scope;
	proc_read_softnet(f, add_backlog, out);
}

/* The figure of a column; FIGURES: not wanted. */
static enum figure neighbour_figure(const char *name)
{
	if (strcmp(name, "unresolved_discards") == 0)
		return FIGURE_NEIGHBOUR_DISCARDS;
	if (strcmp(name, "res_failed") == 0)
		return FIGURE_NEIGHBOUR_FAILED;
	if (strcmp(name, "destroys") == 0)
		return FIGURE_NEIGHBOUR_DESTROYS;
	return FIGURES;
}

/* A line of names, then a line per CPU in base 16. */
static void parse_neighbours(
	FILE *f, const struct figures_scope *scope, struct figures *out)
{
	enum figure columns[COLUMNS_MAX];
	char line[1024], *rest;
	bool first = true;

	/* Loopback needs no neighbour resolution. */
	if (scope->loopback)
		return;
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		columns[i] = FIGURES;
	while (fgets(line, sizeof(line), f)) {
		char *word = strtok_r(line, " \n", &rest);

		for (size_t i = 0; word && i < COLUMNS_MAX; i++) {
			if (first)
				columns[i] = neighbour_figure(word);
			else if (columns[i] != FIGURES)
				out->v[columns[i]] += strtoull(word, NULL, 16);
			word = strtok_r(NULL, " \n", &rest);
		}
		first = false;
	}
}

/* Counted for all namespaces together, and shown only in the host's. */
#define FIRST "/proc/1/net/stat/"

enum version { ANY_IP, ONLY_V4, ONLY_V6 };

static const struct {
	const char *path;
	enum version of;
	void (*parse)(FILE *f, const struct figures_scope *scope,
		struct figures *out);
} files[] = {
	[FIGURES_SNMP] = {PROC_NET "snmp", ONLY_V4, parse_pairs},
	[FIGURES_NETSTAT] = {PROC_NET "netstat", ONLY_V4, parse_pairs},
	[FIGURES_SNMP6] = {PROC_NET "snmp6", ONLY_V6, parse_names},
	[FIGURES_DEV] = {PROC_NET "dev", ANY_IP, parse_devices},
	[FIGURES_SOFTNET] = {PROC_NET "softnet_stat", ANY_IP, parse_softnet},
	[FIGURES_ARP] = {FIRST "arp_cache", ONLY_V4, parse_neighbours},
	[FIGURES_NDISC] = {FIRST "ndisc_cache", ONLY_V6, parse_neighbours},
};

void figures_parse(enum figures_file kind, FILE *f,
	const struct figures_scope *scope, struct figures *out)
{
	files[kind].parse(f, scope, out);
}

static bool wanted(enum figures_file kind, bool v6)
{
	return files[kind].of != (v6 ? ONLY_V4 : ONLY_V6);
}

int figures_open(struct figures_source *s, const struct figures_scope *scope)
{
	bool any = false;
	int error = 0;

	*s = (struct figures_source){.open = true, .scope = *scope};
	for (enum figures_file i = 0; i < FIGURES_FILES; i++) {
		s->file[i] = -1;
		if (!wanted(i, scope->v6))
			continue;
		s->file[i] = open(files[i].path, O_RDONLY | O_CLOEXEC);
		if (s->file[i] < 0)
			error = -errno;
		else
			any = true;
	}
	s->qdisc = qdisc_open();
	if (any)
		return 0;
	figures_close(s);
	return error;
}

/* Another user's namespace can only be entered by root. */
static int open_far(struct figures_source *far, const struct netns *there,
	const struct figures_scope *scope)
{
	struct netns back;

	if (!there || netns_enter(there, &back))
		return 0;
	(void)figures_open(far, scope);
	return netns_leave(&back);
}

int figures_open_both(struct figures_source *near, struct figures_source *far,
	const union address *remote, const struct netns *server_netns,
	char *why, size_t why_bytes)
{
	union address to = *remote;
	struct figures_scope scope;
	int error;

	address_unmap(&to);
	scope = (struct figures_scope){
		.loopback = interface_owns(&to),
		.v6 = to.sa.sa_family == AF_INET6,
	};
	error = figures_open(near, &scope);
	if (!error)
		error = open_far(far, server_netns, &scope);
	if (error)
		snprintf(why, why_bytes,
			"cannot read the kernel's counters in /proc: %s",
			strerror(-error));
	return error;
}

void figures_close(struct figures_source *s)
{
	for (size_t i = 0; s->open && i < FIGURES_FILES; i++)
		if (s->file[i] >= 0)
			close(s->file[i]);
	if (s->open && s->qdisc >= 0)
		close(s->qdisc);
	*s = (struct figures_source){0};
}

FILE *figures_stream(const struct figures_source *s, enum figures_file kind)
{
	return s->open ? proc_again(s->file[kind]) : NULL;
}

void figures_read(const struct figures_source *s, struct figures *out)
{
	struct qdisc_counts q = {0};

	*out = (struct figures){0};
	for (enum figures_file i = 0; i < FIGURES_FILES; i++) {
		FILE *f = figures_stream(s, i);

		if (!f)
			continue;
		files[i].parse(f, &s->scope, out);
		fclose(f);
	}
	if (s->open && s->qdisc >= 0)
		(void)qdisc_read(s->qdisc, s->scope.loopback, &q);
	/* Loopback has no stations. */
	if (s->open && s->qdisc >= 0 && !s->scope.loopback)
		(void)otherhost_read(s->qdisc, &out->v[FIGURE_RX_OTHERHOST]);
	out->v[FIGURE_QDISC_DROPS] = q.drops;
	out->v[FIGURE_FILTER_DROPS] = q.filtered;
	out->v[FIGURE_QDISC_QUEUED] = q.queued;
}

struct figures figures_between(
	const struct figures *start, const struct figures *end)
{
	struct figures d = *end;

	for (size_t i = 0; i < FIGURES; i++) {
		if (i == FIGURE_QDISC_QUEUED)
			continue;
		d.v[i] = end->v[i] > start->v[i] ? end->v[i] - start->v[i] : 0;
	}
	return d;
}
