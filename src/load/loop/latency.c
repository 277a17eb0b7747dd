/* SPDX-License-Identifier: MIT */
#include "load/loop/latency.h"

static void note_one_way(struct load_thread *t, const struct latency_run *run)
{
	struct probe_receive r;

	if (run->magic != PROBE_REPLY ||
		!probe_read_receive(run->data, run->bytes, &r) ||
		r.received_ns < run->meant_ns || r.received_ns > t->now_ns)
		return;
	histogram_record(&t->meter.histograms[LOAD_THERE],
		r.received_ns - run->meant_ns, run->n);
	histogram_record(&t->meter.histograms[LOAD_BACK],
		t->now_ns - r.received_ns, run->n);
}

void latency_end_run(struct load_thread *t, struct flow *f, struct tally *y)
{
	struct latency_run *run = &y->run;

	if (run->n && run->meant_ns <= t->now_ns) {
		uint64_t trip_ns = t->now_ns - run->meant_ns;

		histogram_record(
			&t->meter.histograms[LOAD_LATENCY], trip_ns, run->n);
		y->trips++;
		y->trip_ns += trip_ns;
		y->differences += f->jitter.count > 0;
		y->difference_ns += jitter_note(&f->jitter, trip_ns);
		if (t->config->one_clock)
			note_one_way(t, run);
	}
	run->n = 0;
}

void latency_in_order(struct load_thread *t, struct flow *f, struct tally *y,
	uint64_t next, uint32_t n)
{
	struct latency_run *run = &y->run;

	for (next += f->skipped; n > 0 && next < f->sequence; n--, next++) {
		uint64_t meant_ns = f->times[next % FLOW_TIMES];

		if (f->sequence - next > FLOW_TIMES)
			continue;
		if (run->n && run->meant_ns == meant_ns) {
			run->n++;
			continue;
		}
		latency_end_run(t, f, y);
		*run = (struct latency_run){.meant_ns = meant_ns, .n = 1};
	}
}

void latency_round_trip(struct load_thread *t, const struct flow *f,
	const struct latency_run *run)
{
	struct rtt *r = &t->rtt;

	if (run->n == 0 || run->meant_ns > t->now_ns ||
		(f->times && f->skipped &&
			run->meant_ns < f->written_off_ns + r->timeout_ns))
		return;
	rtt_note(r, t->now_ns - run->meant_ns);
	atomic_store_explicit(
		&t->meter.timeout_ns, r->timeout_ns, memory_order_relaxed);
	atomic_store_explicit(
		&t->meter.least_rtt_ns, r->least_ns, memory_order_relaxed);
}
