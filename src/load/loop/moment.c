/* SPDX-License-Identifier: MIT */
#include "load/loop/moment.h"

#include "core/clock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* user nice system idle iowait irq softirq steal, in ticks (proc(5)). */
static double read_busy(void)
{
	FILE *f = fopen("/proc/stat", "re");
	unsigned long long t[8] = {0};
	double busy = 0;

	if (!f)
		return 0;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		    &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8)
		busy = (double)(t[0] + t[1] + t[2] + t[5] + t[6]) * 1e9 /
		       (double)sysconf(_SC_CLK_TCK);
	fclose(f);
	return busy;
}

static uint64_t timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

void load_sleep(uint64_t ns)
{
	struct timespec t = {.tv_nsec = (long)ns};

	(void)nanosleep(&t, NULL);
}

struct load_counts load_count_all(const struct load *l)
{
	struct load_counts sum = {0};

	for (uint32_t i = 0; i < l->config.threads; i++)
		meter_sum(&l->threads[i].meter, &sum);
	return sum;
}

struct load_counts load_counts_between(
	const struct load_counts *a, const struct load_counts *b)
{
	struct load_counts d;
	const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;
	uint64_t *out = (uint64_t *)&d;

	for (size_t i = 0; i < sizeof(d) / sizeof(*out); i++)
		out[i] = y[i] > x[i] ? y[i] - x[i] : 0;
	return d;
}

int load_look_at_server(
	struct load *l, enum load_look look, struct load_server *out)
{
	if (!l->hooks.server)
		return -ENOENT;
	return l->hooks.server(l->hooks.arg, look, out);
}

/* queries_lost at the start includes queries that were only still unreported.
 * Adding all sent before makes this an upper bound on those lost since. */
struct load_server load_server_between(
	const struct load_server *a, const struct load_server *b)
{
	struct load_server d = {
		.cpu_user_ns = b->cpu_user_ns - a->cpu_user_ns,
		.cpu_system_ns = b->cpu_system_ns - a->cpu_system_ns,
		.batches = b->batches - a->batches,
		.queries_lost = b->queries_lost - a->queries_lost +
				(int64_t)a->queries_sent,
		.asked = b->asked,
	};

	ledger_server_difference(&d.counters, &a->counters, &b->counters);
	marks_difference(&d.marks, &a->marks, &b->marks);
	return d;
}

uint64_t load_least_rtt(const struct load *l)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < l->config.threads; i++) {
		uint64_t ns = atomic_load(&l->threads[i].meter.least_rtt_ns);

		if (ns < least)
			least = ns;
	}
	return least;
}

uint64_t load_timeout(const struct load *l)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < l->config.threads; i++) {
		uint64_t ns = atomic_load(&l->threads[i].meter.timeout_ns);

		if (ns > most)
			most = ns;
	}
	return most;
}

void load_look_for_peer(struct load *l, const struct moment *begin,
	const struct load_counts *now, const struct load_server *server)
{
	const struct load_counts *c = &begin->counts;
	const struct presence_counts p = {
		.refused = now->refused - c->refused,
		/* A wrong answer also proves that the peer is there. */
		.alive = now->answered - c->answered + now->corrupt -
			 c->corrupt + now->stale - c->stale +
			 server->counters.delivered,
		.sent = now->sent - c->sent,
	};

	presence_look(&l->presence, clock_ns(), &p);
}

void moment_take(struct load *l, enum load_look look, struct moment *m)
{
	struct rusage usage;

	*m = (struct moment){.at_ns = clock_ns(), .counts = load_count_all(l)};
	m->server_error = load_look_at_server(l, look, &m->server);
	m->busy_ns = read_busy();
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		m->cpu = (struct load_cpu){
			timeval_ns(usage.ru_utime), timeval_ns(usage.ru_stime)};
}
