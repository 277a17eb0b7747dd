/* SPDX-License-Identifier: MIT */
#include "load/loop/write_off.h"

/* Refused datagrams will not be answered: the flow tries again soon, but not in
 * a busy loop. */
static uint64_t patience_ns(const struct load_thread *t, const struct flow *f)
{
	return f->refused && t->rtt.timeout_ns > RTT_MARGIN_NS
		       ? RTT_MARGIN_NS
		       : t->rtt.timeout_ns;
}

uint64_t write_off(struct load_thread *t, struct flow *f)
{
	uint64_t n = flow_in_flight(f);

	if (n == 0 || t->now_ns < f->progress_ns + patience_ns(t, f))
		return 0;
	if (!f->refused)
		METER_COUNT(&t->meter, written_off, n);
	flow_write_off(f);
	f->refused = false;
	f->written_off_ns = t->now_ns;
	thread_landed(t, f, n);
	return n;
}
