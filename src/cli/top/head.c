/* SPDX-License-Identifier: MIT */
/* The first rows: where and when this is, and all servers together. */
#include "cli/top/part.h"

#include "cli/print/text.h"
#include "core/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct sums {
	double rx, tx, rx_bits, tx_bits, dropped, refused;
};

static double known(double value)
{
	return isnan(value) ? 0 : value;
}

static void add_up(struct sums *sums, const struct watchlist *l)
{
	*sums = (struct sums){0};
	for (size_t i = 0; i < l->count; i++) {
		const double *of = l->servers[i]->total.of;

		sums->rx += known(of[FIGURE_RX]);
		sums->tx += known(of[FIGURE_TX]);
		sums->rx_bits += known(of[FIGURE_RX_BITS]);
		sums->tx_bits += known(of[FIGURE_TX_BITS]);
		sums->dropped += known(of[FIGURE_DROPPED]);
		sums->refused += known(of[FIGURE_REFUSED]);
	}
}

static size_t running(const struct watchlist *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		n += !l->servers[i]->ended_ns;
	return n;
}

static void draw_first(const struct scene *s, int columns)
{
	size_t n = running(s->list);
	time_t now = (time_t)(s->wall_ns / 1000000000u);
	char interval[UNITS_TEXT], clock[16] = "";
	struct tm tm;
	int end;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	units_spell_time(s->view->interval_ns, interval);
	screen_put(0, 0, 11, LOOK_BOLD, "udpmill top");
	if (columns < PART_NARROW)
		end = part_right(0, columns, LOOK_PLAIN, "%zu up  %s  %s", n,
			interval, clock);
	else
		end = part_right(0, columns, LOOK_PLAIN,
			"%zu server%s, every %s  %s", n, n == 1 ? "" : "s",
			interval, clock);
	if (s->view->paused)
		end = part_right(0, end - 2, LOOK_WARN, "PAUSED");
	part_text(0, 12, end - 13, LOOK_PLAIN, " %s", s->host);
}

/* One sum, if there is room. Returns where the next one begins. */
static int put_sum(int at, int columns, const char *name, unsigned look,
	double rate, const double *bits)
{
	char number[64] = "";
	int n = (int)strlen(name), more;

	if (bits) {
		const char *si = text_si(*bits);

		snprintf(number, sizeof(number), "  %s%sbit/s", si,
			strchr(si, ' ') ? "" : " ");
	}
	more = (int)strlen(text_si(rate)) + 3 + (int)strlen(number);
	if (at + n + more > columns)
		return columns;
	screen_put(1, at, n, look, name);
	part_text(
		1, at + n, more, LOOK_PLAIN, " %s/s%s", text_si(rate), number);
	return at + n + more + 2;
}

static void draw_sums(const struct scene *s, int columns)
{
	bool wide = columns >= PART_NARROW + 15;
	struct sums sums;
	int at = 0;

	add_up(&sums, s->list);
	at = put_sum(at, columns, "in", LOOK_IN, sums.rx,
		wide ? &sums.rx_bits : NULL);
	at = put_sum(at, columns, "out", LOOK_OUT, sums.tx,
		wide ? &sums.tx_bits : NULL);
	at = put_sum(at, columns, "dropped",
		sums.dropped > 0 ? LOOK_BAD : LOOK_DIM, sums.dropped, NULL);
	put_sum(at, columns, "refused", sums.refused > 0 ? LOOK_WARN : LOOK_DIM,
		sums.refused, NULL);
}

/* A list that is incomplete must not pass for a complete one. */
static void draw_notice(const struct scene *s, int columns)
{
	const struct watchlist *l = s->list;
	uint64_t out = l->doubtful + l->unreadable + l->passed_over;

	if (l->error)
		part_text(2, 0, columns, LOOK_BAD, "looking for servers: %s",
			strerror(-l->error));
	else if (l->unopened)
		part_text(2, 0, columns, LOOK_WARN,
			"servers left out: %" PRIu64 ", for lack of memory or "
			"descriptors (ulimit -n)",
			l->unopened);
	else if (out)
		part_text(2, 0, columns, LOOK_WARN,
			"segments left out: %" PRIu64
			"; \"udpmill stat --list\" says why",
			out);
}

void part_head(const struct scene *s, int rows, int columns)
{
	draw_first(s, columns);
	draw_sums(s, columns);
	if (rows > 2)
		draw_notice(s, columns);
}
