/* SPDX-License-Identifier: MIT */
#include "cli/top/column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE_MOST 16 /* "discard/recvfrom" */
#define GRAPH_LEAST  8

const struct column_about column_about[COLUMNS_ALL] = {
	[COLUMN_PID] = {"pid", "PID", 7, 2, -1, false, true, "process ID"},
	[COLUMN_ADDRESS] = {"address", "ADDRESS", 15, 0, -1, true, true,
		"address; + means: and others"},
	[COLUMN_SERVICE] = {"service", "SERVICE", 12, 7, -1, true, true,
		"service and backend"},
	[COLUMN_WORKERS] = {"workers", "WORKERS", 7, 14, -1, false, false,
		"number of workers"},
	[COLUMN_RX] = {"rx", "RX/s", 5, 1, FIGURE_RX, false, false,
		"datagrams received per second"},
	[COLUMN_TX] = {"tx", "TX/s", 5, 4, FIGURE_TX, false, false,
		"replies per second"},
	[COLUMN_RX_BITS] = {"bits", "RXbit/s", 7, 5, FIGURE_RX_BITS, false,
		false, "payload received, bit/s"},
	[COLUMN_TX_BITS] = {"txbits", "TXbit/s", 7, 13, FIGURE_TX_BITS, false,
		false, "payload of replies, bit/s"},
	[COLUMN_TRAIN] = {"train", "TRAIN", 5, 6, FIGURE_TRAIN, false, false,
		"datagrams per train received"},
	[COLUMN_FILL] = {"fill", "FILL", 4, 8, FIGURE_FILL, false, false,
		"batches; 100% is --batch full"},
	[COLUMN_DROPPED] = {"drops", "DROP/s", 6, 3, FIGURE_DROPPED, false,
		false, "dropped, by kernel or server"},
	[COLUMN_REFUSED] = {"refused", "REFUS/s", 7, 12, FIGURE_REFUSED, false,
		false, "refused by a rule"},
	[COLUMN_CPU] = {"cpu", "CPU%", 5, 10, FIGURE_CPU, false, false,
		"CPU time; 100 is one CPU"},
	[COLUMN_QUEUE] = {"queue", "QUEUE", 5, 15, FIGURE_QUEUE, false, false,
		"the fullest receive buffer"},
	[COLUMN_AGE] = {"age", "AGE", 4, 9, -1, false, true,
		"time since its start"},
	[COLUMN_GRAPH] = {NULL, "RX/s, newest right", GRAPH_LEAST, 11, -1, true,
		false, "RX/s over time"},
};

const char *const column_names[COLUMN_SORTABLE + 1] = {
	"pid",
	"address",
	"service",
	"workers",
	"rx",
	"tx",
	"bits",
	"txbits",
	"train",
	"fill",
	"drops",
	"refused",
	"cpu",
	"queue",
	"age",
	NULL,
};

static int total(const struct column_widths *w)
{
	int sum = 0;

	for (int i = 0; i < COLUMNS_ALL; i++)
		if (w->of[i])
			sum += w->of[i] + (sum > 0);
	return sum;
}

/* Leaves out column after column until the rest fits. Returns the room that is
 * left, which is negative if not even the last one fits. */
static int drop(struct column_widths *w, int room)
{
	while (total(w) > room) {
		int out = -1;

		for (int i = 0; i < COLUMNS_ALL; i++)
			if (w->of[i] &&
				(out < 0 || column_about[i].rank >
						    column_about[out].rank))
				out = i;
		if (out < 0 || w->of[out] == total(w))
			break;
		w->of[out] = 0;
	}
	return room - total(w);
}

static int widen(int *width, int most, int room)
{
	int more = *width && most > *width ? most - *width : 0;

	more = more < room ? more : room;
	if (more <= 0)
		return room;
	*width += more;
	return room - more;
}

void column_fit(struct column_widths *w, int room, int address)
{
	for (int i = 0; i < COLUMNS_ALL; i++)
		w->of[i] = column_about[i].width;
	room = drop(w, room);
	room = widen(&w->of[COLUMN_SERVICE], SERVICE_MOST, room);
	room = widen(&w->of[COLUMN_ADDRESS], address, room);
	if (w->of[COLUMN_GRAPH])
		w->of[COLUMN_GRAPH] += room;
	else
		w->of[COLUMN_ADDRESS] += room;
	if (w->of[COLUMN_ADDRESS] < 1)
		w->of[COLUMN_ADDRESS] = 1;
}

/* The first column, which names the worker, is never left out here. */
void column_fit_workers(struct column_widths *w, int room)
{
	int first = column_about[COLUMN_WORKERS].width;

	for (int i = 0; i < COLUMNS_ALL; i++)
		w->of[i] =
			column_about[i].figure < 0 ? 0 : column_about[i].width;
	w->of[COLUMN_GRAPH] = GRAPH_LEAST;
	room = drop(w, room - first - 1);
	if (w->of[COLUMN_GRAPH])
		w->of[COLUMN_GRAPH] += room;
	w->of[COLUMN_WORKERS] = first;
}

static int compare_numbers(double a, double b)
{
	a = isnan(a) ? -1 : a;
	b = isnan(b) ? -1 : b;
	return (a > b) - (a < b);
}

static int compare_texts(
	const struct reader_about *a, const struct reader_about *b)
{
	int service = strcmp(a->service, b->service);

	return service ? service : strcmp(a->backend, b->backend);
}

/* IPv4 before IPv6, then by host, then by port. */
static int compare_addresses(
	const struct reader_about *a, const struct reader_about *b)
{
	const union address *x = a->endpoints, *y = b->endpoints;
	int host;

	if (!a->endpoint_count || !b->endpoint_count)
		return (a->endpoint_count > 0) - (b->endpoint_count > 0);
	if (x->sa.sa_family != y->sa.sa_family)
		return x->sa.sa_family == AF_INET ? -1 : 1;
	host = x->sa.sa_family == AF_INET
		       ? memcmp(&x->in.sin_addr, &y->in.sin_addr, 4)
		       : memcmp(&x->in6.sin6_addr, &y->in6.sin6_addr, 16);
	return host ? host : address_port(x) - address_port(y);
}

static int compare(const struct watched *v, const struct watched *w,
	const struct column_order *o)
{
	const struct reader_about *a = reader_about(v->reader);
	const struct reader_about *b = reader_about(w->reader);

	switch (o->by) {
	case COLUMN_PID:
		return compare_numbers(a->pid, b->pid);
	case COLUMN_ADDRESS:
		return compare_addresses(a, b);
	case COLUMN_SERVICE:
		return compare_texts(a, b);
	case COLUMN_WORKERS:
		return compare_numbers(a->worker_count, b->worker_count);
	case COLUMN_AGE:
		return compare_numbers(watched_age_s(v, o->wall_ns),
			watched_age_s(w, o->wall_ns));
	default:
		return compare_numbers(v->total.of[column_about[o->by].figure],
			w->total.of[column_about[o->by].figure]);
	}
}

static int by_order(const void *x, const void *y, void *arg)
{
	const struct watched *v = *(struct watched *const *)x;
	const struct watched *w = *(struct watched *const *)y;
	const struct column_order *o = arg;
	int way = compare(v, w, o);

	if (way)
		return (column_about[o->by].up != o->reverse) ? way : -way;
	return (v->serial > w->serial) - (v->serial < w->serial);
}

void column_sort(struct watched **servers, size_t count,
	const struct column_order *order)
{
	struct column_order o = *order;

	if (count)
		qsort_r(servers, count, sizeof(*servers), by_order, &o);
}
