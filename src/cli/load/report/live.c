/* SPDX-License-Identifier: MIT */
#include "cli/load/report/live.h"

#include "cli/print/block.h"
#include "cli/print/style.h"
#include "cli/print/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What stands to the right of a bar or a graph, and the least that is left to
 * these. */
#define WIDE_RIGHT   22
#define NARROW_RIGHT 12
#define NARROW       56

/* Lines by how soon they are left out on a low screen. */
enum rank {
	RANK_TIME,
	RANK_SENT,
	RANK_LOST,
	RANK_LATENCY,
	RANK_ANSWERED,
	RANK_TITLE,
	RANK_PART,
	RANK_RATES,
	RANK_CAUSES,
	RANK_P99S,
};

/* When that one began. */
static double begin_of(const struct live *v, uint32_t past)
{
	return past ? v->past[past - 1].until_s : 0;
}

/* Of two that follow one another; the first one began then. */
static struct live_past join(
	double begin_s, const struct live_past *a, const struct live_past *b)
{
	double first_s = a->until_s - begin_s;
	double second_s = b->until_s - a->until_s;

	return (struct live_past){
		.until_s = b->until_s,
		.rate = (a->rate * first_s + b->rate * second_s) /
			(first_s + second_s),
		.p99_ns = fmax(a->p99_ns, b->p99_ns),
	};
}

/* Joins pairs, so that half of the room is free. What follows is joined to
 * pieces of the same length. */
static void thin_out(struct live *v)
{
	for (uint32_t i = 0; i < LIVE_PAST / 2; i++)
		v->past[i] = join(
			begin_of(v, i), &v->past[2 * i], &v->past[2 * i + 1]);
	v->past_count = LIVE_PAST / 2;
	v->piece_s = begin_of(v, v->past_count) / v->past_count;
}

static void remember(struct live *v)
{
	const struct live_past now = {
		.until_s = v->elapsed_s,
		.rate = v->replies ? v->answered : v->sent,
		.p99_ns = v->latency_known ? (double)v->p99_ns : NAN,
	};
	uint32_t last = v->past_count - 1;

	if (v->past_count &&
		now.until_s - begin_of(v, last) < v->piece_s * 1.001) {
		v->past[last] = join(begin_of(v, last), &v->past[last], &now);
		return;
	}
	if (v->past_count == LIVE_PAST)
		thin_out(v);
	v->past[v->past_count++] = now;
}

static void note_cause(
	struct live *v, const char *name, const char *unit, uint64_t count)
{
	struct live_cause *c = &v->causes[v->cause_count];

	if (count == 0 || v->cause_count == LIVE_CAUSES)
		return;
	snprintf(c->name, sizeof(c->name), "%.*s", LEDGER_NAME - 1, name);
	c->unit = unit;
	c->count = count;
	v->cause_count++;
}

static void note_named(
	struct live *v, const struct ledger_named *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		note_cause(v, list[i].name, "", list[i].datagrams);
}

/* What the server's counters and our sockets tell while the run goes on; the
 * rest of the ledger can only be known at its end. */
static void note_causes(struct live *v, const struct load_interval *i)
{
	v->cause_count = 0;
	if (i->server) {
		const struct ledger_server *s = &i->server->counters;

		note_cause(v, "server_socket", " drops", s->socket_drops);
		note_cause(v, "server_ring", " drops", s->ring_drops);
		note_named(v, s->refused, s->refused_count);
		note_named(v, s->failed, s->failed_count);
	}
	note_cause(v, "client_ring", " drops", load_ring_drops(&i->so_far));
	note_cause(v, "nobody listened", "", i->so_far.refused);
	note_cause(v, "too big", "", i->so_far.too_big_reports);
	note_cause(v, "corrupt", "", i->so_far.corrupt);
}

static void note_latency(struct live *v, const struct histogram *h)
{
	v->latency_known = h && h->count > 0;
	if (!v->latency_known)
		return;
	v->p50_ns = histogram_quantile(h, 0.5);
	v->p90_ns = histogram_quantile(h, 0.9);
	v->p99_ns = histogram_quantile(h, 0.99);
	v->max_ns = h->max;
}

/* A count may end the run sooner. */
static double left_of(const struct live *v, const struct load_interval *i)
{
	double left = i->left_s > 0 ? i->left_s : 0;
	uint64_t sent = i->so_far.sent;

	if (!v->count || i->sent == 0)
		return left;
	if (sent >= v->count)
		return 0;
	return fmin(
		left, (double)(v->count - sent) * i->seconds / (double)i->sent);
}

void live_note(struct live *v, const struct load_interval *i)
{
	v->begun = true;
	v->elapsed_s = v->base_s + i->start_s + i->seconds;
	v->left_s = left_of(v, i);
	v->sent = (double)i->sent / i->seconds;
	v->answered = (double)i->answered / i->seconds;
	v->sent_bytes = (double)i->sent_bytes / i->seconds;
	v->answered_bytes = (double)i->answered_bytes / i->seconds;
	v->planned = i->planned_known ? i->planned / i->seconds : 0;
	v->warm_up = i->omitted;
	v->step = i->step;
	v->steps = i->steps;
	v->sent_so_far = i->so_far.sent;
	v->answered_so_far = i->so_far.answered;
	v->lost_known = i->lost_known;
	v->lost_so_far = i->lost_so_far;
	note_latency(v, i->latency);
	note_causes(v, i);
	remember(v);
}

/* "12.3 s", "2 min 5 s", "3 h 20 min" */
static const char *format_seconds(double s, char text[32])
{
	unsigned long long n = (unsigned long long)(s + 0.5);

	if (s < 99.95)
		snprintf(text, 32, "%.1f s", s);
	else if (n < 3600)
		snprintf(text, 32, "%llu min %llu s", n / 60, n % 60);
	else
		snprintf(text, 32, "%llu h %llu min", n / 3600, n / 60 % 60);
	return text;
}

static unsigned right_of(const struct lines *l)
{
	return l->width < NARROW ? NARROW_RIGHT : WIDE_RIGHT;
}

/* The columns of bars and graphs, which have one axis of time; 0: no room. */
static unsigned graph_columns(const struct lines *l)
{
	unsigned around = LINES_LABEL + 2 + right_of(l);

	return l->width > around ? l->width - around : 0;
}

static void draw_title(const struct live *v, struct lines *l)
{
	lines_begin(l, RANK_TITLE, NULL);
	if (!lines_add(l, STYLE_BOLD, "%s", v->title))
		lines_add(l, STYLE_BOLD, "%.*s", (int)l->width, v->title);
	if (v->warm_up && !v->over)
		lines_add_right(l, NULL, "warm-up");
	else if (v->step && v->steps > 1)
		lines_add_right(l, NULL, "step %u of %u", v->step, v->steps);
}

static void draw_part(const struct live *v, struct lines *l)
{
	if (!*v->part)
		return;
	lines_begin(l, RANK_PART, v->part_label);
	if (!lines_add(l, NULL, "%s", v->part))
		lines_add(l, NULL, "%.*s", (int)lines_left(l), v->part);
}

static void draw_time(const struct live *v, struct lines *l)
{
	double all = v->elapsed_s + v->left_s;
	char elapsed[32], left[32], before[40] = "about ";

	lines_begin(l, RANK_TIME, "time");
	format_seconds(v->elapsed_s, elapsed);
	if (!v->about)
		snprintf(before, sizeof(before), "%s, ", elapsed);
	format_seconds(v->left_s, left);
	lines_add_bar(l, graph_columns(l), all > 0 ? v->elapsed_s / all : 0);
	if (v->over)
		lines_add(l, NULL, "%s", elapsed);
	else if (!lines_add(l, NULL, "%s%s left", before, left))
		lines_add(l, NULL, "%s left", left);
}

static void draw_rates(const struct live *v, struct lines *l)
{
	lines_begin(l, RANK_SENT, "sent");
	lines_add(l, NULL, "%8s/s", text_si(v->sent));
	if (v->sent_bytes > 0)
		lines_add(l, NULL, "%11s", text_rate_bits(v->sent_bytes));
	if (v->planned > 0)
		lines_add(l, NULL, "of %s/s planned", text_si(v->planned));
	if (!v->replies)
		return;
	lines_begin(l, RANK_ANSWERED, "answered");
	lines_add(l, NULL, "%8s/s", text_si(v->answered));
	if (v->answered_bytes > 0)
		lines_add(l, NULL, "%11s", text_rate_bits(v->answered_bytes));
}

static void draw_loss(const struct live *v, struct lines *l)
{
	const char *style = v->lost_so_far ? STYLE_RED : NULL;
	double share = 100 * (double)v->lost_so_far /
		       (double)(v->sent_so_far ? v->sent_so_far : 1);

	lines_begin(l, RANK_LOST, "lost");
	if (!v->lost_known)
		lines_add(l, NULL, "not known");
	else if (!v->lost_so_far)
		lines_add(l, NULL, "none so far");
	else
		lines_add(l, style, "%s so far, %.3g %%",
			text_grouped(v->lost_so_far), share);
}

static void draw_causes(const struct live *v, struct lines *l)
{
	if (!v->cause_count)
		return;
	lines_begin(l, RANK_CAUSES, "by cause");
	for (uint32_t i = 0; i < v->cause_count; i++) {
		const struct live_cause *c = &v->causes[i];

		if (!lines_add(l, NULL, "%s %s%s", c->name,
			    text_grouped(c->count), c->unit))
			lines_add(l, NULL, "%s %s%s", c->name,
				text_si((double)c->count), c->unit);
	}
}

static void draw_latency(const struct live *v, struct lines *l)
{
	bool narrow = l->width < NARROW;

	if (!v->replies)
		return;
	lines_begin(l, RANK_LATENCY, "round trip");
	if (!v->latency_known) {
		lines_add(l, NULL, "not known");
		return;
	}
	lines_add(l, NULL, "p50 %s", text_time((double)v->p50_ns));
	if (!narrow)
		lines_add(l, NULL, "p90 %s", text_time((double)v->p90_ns));
	lines_add(l, NULL, "p99 %s", text_time((double)v->p99_ns));
	if (!narrow)
		lines_add(l, NULL, "max %s", text_time((double)v->max_ns));
}

/* Is any of that time in this column of the time's axis? The value then is the
 * mean of the rates, or the highest p99. */
static double column_value(
	const struct live *v, bool p99, double from_s, double to_s)
{
	double sum = 0, weight = 0, most = NAN, begin_s = 0;

	for (uint32_t i = 0; i < v->past_count; i++) {
		const struct live_past *p = &v->past[i];
		double overlap = fmin(p->until_s, to_s) - fmax(begin_s, from_s);

		begin_s = p->until_s;
		if (overlap <= 0)
			continue;
		sum += p->rate * overlap;
		weight += overlap;
		most = fmax(most, p->p99_ns);
	}
	if (p99)
		return most;
	return weight > 0 ? sum / weight : NAN;
}

static void draw_graph(const struct live *v, struct lines *l, bool p99)
{
	double values[LINES_COLUMNS], most = 0;
	double all_s = v->elapsed_s + v->left_s;
	unsigned columns = graph_columns(l);

	for (unsigned i = 0; i < columns; i++) {
		values[i] = column_value(
			v, p99, all_s * i / columns, all_s * (i + 1) / columns);
		most = fmax(most, values[i]);
	}
	if (columns == 0 || most <= 0)
		return;
	lines_begin(l, p99 ? RANK_P99S : RANK_RATES,
		p99          ? "p99"
		: v->replies ? "answered/s"
			     : "sent/s");
	lines_add_graph(l, values, columns, most);
	lines_add(l, NULL, "max %s", p99 ? text_time(most) : text_si(most));
}

void live_draw(const struct live *v, struct lines *l, unsigned rows)
{
	draw_title(v, l);
	draw_part(v, l);
	draw_time(v, l);
	draw_rates(v, l);
	draw_loss(v, l);
	draw_causes(v, l);
	draw_latency(v, l);
	draw_graph(v, l, false);
	draw_graph(v, l, true);
	lines_limit(l, rows);
}

void live_show(const struct live *v)
{
	unsigned columns, rows;
	struct lines l;

	block_size(stderr, &columns, &rows);
	lines_init(&l, columns, style_utf8(), style_on(stderr));
	/* The cursor is below it. */
	live_draw(v, &l, rows - 1);
	block_draw(&l);
}

void live_end(struct live *v)
{
	if (!v->begun)
		return;
	v->over = true;
	live_show(v);
	block_leave();
	fputc('\n', stderr);
}
