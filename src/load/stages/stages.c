/* SPDX-License-Identifier: MIT */
#include "load/stages/stages.h"

#include "core/clock.h"
#include "load/stages/ping.h"
#include "net/hwstamp.h"
#include "net/interface.h"

#include <errno.h>
#include <stdio.h>

#define SECOND_NS 1000000000u
/* A peer that never answered is given up after so many errors in a row. */
#define REPORTED_MAX 3
/* A peer without any reply is given up after this long; with a timeout set by
 * the user, after two of those, but at least a second. */
#define PATIENCE_NS (5ull * SECOND_NS)
/* A peer that has answered is considered gone after errors for this long. */
#define GONE_NS SECOND_NS
struct stretch {
	bool measured;
	uint64_t ns;
	uint64_t count; /* the most datagrams */
};

struct run {
	const struct stages_config *config;
	struct stages_result *result;
	struct ping ping;
	uint64_t start_ns;
	uint64_t heard_ns; /* when a reply last came */
	unsigned part;     /* the stretch */
	uint64_t left_ns;  /* of the stretches that follow, as planned */
	uint64_t told_ns;  /* when progress was last reported */
};

static bool interrupted(const struct run *r)
{
	const atomic_bool *flag = r->config->interrupted;

	return flag && atomic_load_explicit(flag, memory_order_relaxed);
}

static void record(struct run *r, const struct sample *s, bool set)
{
	struct stages_result *out = r->result;
	bool valid = !set && s->returned >= s->asked;

	if (!r->ping.stamping) {
		if (valid)
			histogram_record(
				&out->plain, s->returned - s->asked, 1);
		else
			out->plain_skipped++;
		return;
	}
	out->sampled++;
	out->no_sched += !s->sched;
	out->no_sent += !s->sent;
	out->no_received += !s->received;
	switch (sample_judge(s)) {
	case SAMPLE_MISSING:
		out->incomplete++;
		return;
	case SAMPLE_NEGATIVE:
		out->skipped++;
		return;
	case SAMPLE_WHOLE:
		break;
	}
	if (!valid) {
		out->skipped++;
		return;
	}
	out->whole++;
	histogram_record(&out->stamped, s->returned - s->asked, 1);
	sample_record(s, out->stages);
}

static int once(struct run *r, bool measured, char *why, size_t why_bytes)
{
	struct stages_result *out = r->result;
	struct sample s;
	bool set;
	int got = ping_once(&r->ping, &s, &set);

	if (got < 0) {
		snprintf(why, why_bytes, "%s", r->ping.why);
		return got;
	}
	/* Interrupted before its timeout: not a loss. */
	if (got == 0 && interrupted(r))
		return 0;
	out->sent++;
	out->lost += got == 0;
	out->answered += got > 0;
	if (got > 0) {
		r->heard_ns = clock_ns();
		if (measured)
			record(r, &s, set);
	}
	return 0;
}

/* Has the peer answered, but errors have come for a second now? */
static bool is_gone(struct run *r)
{
	return r->result->answered && r->ping.in_row &&
	       clock_ns() > r->heard_ns + GONE_NS;
}

static uint64_t patience_ns(const struct stages_config *c)
{
	uint64_t ns = 2 * c->timeout_ns;

	if (ns == 0)
		return PATIENCE_NS;
	return ns < SECOND_NS ? SECOND_NS : ns;
}

/* Is nobody there? Checked during the run and at its end. */
static int check_peer(struct run *r, bool end, char *why, size_t why_bytes)
{
	const struct stages_result *out = r->result;
	uint64_t elapsed = clock_ns() - r->start_ns;
	char text[ADDRESS_TEXT];

	if (r->ping.in_row >= REPORTED_MAX && !out->answered) {
		snprintf(why, why_bytes, "%s", r->ping.why);
		return r->ping.error;
	}
	if (out->answered || !out->sent ||
		(!end && elapsed < patience_ns(r->config)))
		return 0;
	/* Only errors came. */
	if (r->ping.in_row) {
		snprintf(why, why_bytes, "%s", r->ping.why);
		return r->ping.error;
	}
	snprintf(why, why_bytes, "no reply from %s to %llu probes in %.1f s%s",
		address_format(&r->config->socket.remote, text),
		(unsigned long long)out->sent, (double)elapsed / 1e9,
		r->ping.foreign ? ", only datagrams that are not replies" : "");
	return -ETIMEDOUT;
}

static void tell(struct run *r, const struct stretch *s, uint64_t start_ns,
	uint64_t now_ns)
{
	const struct stages_config *c = r->config;
	uint64_t end_ns = start_ns + s->ns;
	uint64_t here_ns = end_ns > now_ns ? end_ns - now_ns : 0;
	const struct stages_progress p = {
		.part = r->part,
		.measured = s->measured,
		.elapsed_s = (double)(now_ns - r->start_ns) / 1e9,
		.left_s = (double)(r->left_ns + here_ns) / 1e9,
		.so_far = r->result,
	};

	if (!c->progress || now_ns < r->told_ns + c->interval_ns)
		return;
	r->told_ns = now_ns;
	c->progress(c->arg, &p);
}

static int run_stretch(struct run *r, const struct stretch *s, double *seconds,
	char *why, size_t why_bytes)
{
	uint64_t start = clock_ns(), now = start, n = 0;
	uint64_t end = start + s->ns;
	int error = 0;

	r->left_ns -= s->ns;
	while (!error && n < s->count && now < end && !interrupted(r) &&
		!is_gone(r)) {
		error = once(r, s->measured, why, why_bytes);
		if (!error)
			error = check_peer(r, false, why, why_bytes);
		now = clock_ns();
		n++;
		tell(r, s, start, now);
	}
	r->part++;
	*seconds = (double)(now - start) / 1e9;
	return error;
}

/* Traffic that stays on this host passes no device. */
static bool find_hardware(struct run *r)
{
	struct stages_result *out = r->result;

	if (interface_owns(&r->config->socket.remote)) {
		snprintf(out->hardware_why, sizeof(out->hardware_why),
			"the peer is this host");
		return false;
	}
	return hwstamp_on(interface_index(&r->ping.obtained.bound),
		out->hardware_why, sizeof(out->hardware_why));
}

/* Measures without stamps, then with them. */
static int run_all(struct run *r, char *why, size_t why_bytes)
{
	const struct stages_config *c = r->config;
	struct stages_result *out = r->result;
	uint64_t count = c->count ? c->count : UINT64_MAX;
	uint64_t plain_ns = c->time_ns / 4;
	const struct stretch warm_up = {false, c->omit_ns, count / 10};
	const struct stretch plain = {
		true, plain_ns < SECOND_NS ? plain_ns : SECOND_NS, count / 5};
	struct stretch stamped = {true, c->time_ns, 0};
	double unused;
	int error;

	r->left_ns = 2 * warm_up.ns + plain.ns + stamped.ns;
	error = run_stretch(r, &warm_up, &unused, why, why_bytes);
	if (!error)
		error = run_stretch(
			r, &plain, &out->plain_seconds, why, why_bytes);
	if (error)
		return error;
	out->hardware = find_hardware(r);
	error = ping_stamp(&r->ping, out->hardware);
	if (error) {
		snprintf(why, why_bytes, "%s", r->ping.why);
		return error;
	}
	/* Where it fails, stamps that are missing show in the result. */
	(void)stamp_await(c->interrupted);
	error = run_stretch(r, &warm_up, &unused, why, why_bytes);
	stamped.count = count - out->sent;
	if (!error)
		error = run_stretch(r, &stamped, &out->seconds, why, why_bytes);
	return error;
}

int stages_run(const struct stages_config *config, struct stages_result *result,
	char *why, size_t why_bytes)
{
	struct run r = {.config = config, .result = result};
	int error;

	*result = (struct stages_result){0};
	histogram_init(&result->plain);
	histogram_init(&result->stamped);
	for (int i = 0; i < STAGES; i++)
		histogram_init(&result->stages[i]);
	error = ping_init(&r.ping, config);
	if (error)
		snprintf(why, why_bytes, "%s", r.ping.why);
	r.start_ns = r.told_ns = clock_ns();
	if (!error)
		error = run_all(&r, why, why_bytes);
	result->interrupted = interrupted(&r);
	if (!error && !result->interrupted)
		error = check_peer(&r, true, why, why_bytes);
	result->nobufs = r.ping.nobufs;
	result->foreign = r.ping.foreign;
	result->reported = r.ping.reported;
	if (is_gone(&r)) {
		result->gone = r.ping.error;
		snprintf(result->gone_why, sizeof(result->gone_why), "%s",
			r.ping.why);
	}
	result->obtained = r.ping.obtained;
	ping_fini(&r.ping);
	return error;
}
