/* SPDX-License-Identifier: MIT */
#include "cli/load/report/intervals.h"

#include "cli/load/report/latency.h"
#include "cli/print/json.h"

#include <inttypes.h>

/* New columns are added at the end. */
#define COLUMNS                                                                \
	"start_s,seconds,omitted,sent,answered,sent_bytes,answered_bytes,"     \
	"sent_per_second,answered_per_second,lost,jitter_ns,trains_refused,"   \
	"latency_count,latency_min_ns,latency_p50_ns,latency_p90_ns,"          \
	"latency_p99_ns,latency_p999_ns,latency_max_ns,latency_mean_ns,"       \
	"planned_per_second,step"

json_t *load_interval_json(const struct load_interval *i)
{
	json_t *lost = json_null(), *jitter = json_null();
	json_t *latency = json_null(), *planned = json_null();
	json_t *step = json_null();

	if (i->lost_known)
		lost = json_number(i->lost);
	if (i->jitter_known)
		jitter = json_real(i->jitter_ns);
	if (i->latency)
		latency = latency_json(i->latency);
	if (i->planned_known)
		planned = json_real(i->planned / i->seconds);
	if (i->step)
		step = json_number(i->step);
	return json_pack("{s:f, s:f, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o}",
		"start_s", i->start_s, "seconds", i->seconds, "omitted",
		i->omitted, "sent", json_number(i->sent), "answered",
		json_number(i->answered), "sent_bytes",
		json_number(i->sent_bytes), "answered_bytes",
		json_number(i->answered_bytes), "lost", lost, "jitter_ns",
		jitter, "trains_refused", json_number(i->trains_refused),
		"latency_ns", latency, "planned_per_second", planned, "step",
		step);
}

json_t *load_step_json(const struct load_step *s)
{
	json_t *j = load_interval_json(&s->all);

	json_set(j, "rate_first", json_real(s->rate_first));
	json_set(j, "rate_last", json_real(s->rate_last));
	return j;
}

void load_intervals_untell_latency(json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		json_set(item, "latency_ns", json_null());
}

static bool begin(struct load_file *f, const char *header)
{
	bool first = !f->begun;

	if (!load_file_begin(f))
		return false;
	if (first)
		fprintf(f->out, "%s\n", header);
	return true;
}

static void write_latency(FILE *out, const struct histogram *h)
{
	static const double shares[] = {0.5, 0.9, 0.99, 0.999};

	if (!h || h->count == 0) {
		fprintf(out, ",%s,,,,,,,", h ? "0" : "");
		return;
	}
	fprintf(out, ",%" PRIu64 ",%" PRIu64, h->count, h->min);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		fprintf(out, ",%" PRIu64, histogram_quantile(h, shares[i]));
	fprintf(out, ",%" PRIu64 ",%.0f", h->max, histogram_mean(h));
}

/* What is not known stays empty. */
static void write_line(FILE *out, const struct load_interval *i)
{
	fprintf(out,
		"%.6f,%.6f,%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		",%.1f,%.1f,",
		i->start_s, i->seconds, i->omitted, i->sent, i->answered,
		i->sent_bytes, i->answered_bytes, (double)i->sent / i->seconds,
		(double)i->answered / i->seconds);
	if (i->lost_known)
		fprintf(out, "%" PRIu64, i->lost);
	fputc(',', out);
	if (i->jitter_known)
		fprintf(out, "%.0f", i->jitter_ns);
	fprintf(out, ",%" PRIu64, i->trains_refused);
	write_latency(out, i->latency);
	fputc(',', out);
	if (i->planned_known)
		fprintf(out, "%.3f", i->planned / i->seconds);
	fputc(',', out);
	if (i->step)
		fprintf(out, "%" PRIu32, i->step);
}

void load_csv_write(struct load_file *f, const struct load_interval *i)
{
	if (!begin(f, COLUMNS))
		return;
	write_line(f->out, i);
	fputc('\n', f->out);
	load_file_flush(f);
}

void load_csv_write_step(struct load_file *f, const struct load_step *s)
{
	if (!begin(f, COLUMNS ",rate_first,rate_last"))
		return;
	write_line(f->out, &s->all);
	fprintf(f->out, ",%.3f,%.3f\n", s->rate_first, s->rate_last);
	load_file_flush(f);
}
