/* SPDX-License-Identifier: MIT */
/* The first rows: where and when this is, and all servers together. */
#include "cli/top/part.h"

#include "cli/print/text.h"
#include "cli/top/cell.h"
#include "core/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAUSED "PAUSED  "
#define NAME   12 /* "udpmill top" and a blank */

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
	char interval[UNITS_TEXT], clock[16] = "", text[64];
	int room = columns - NAME - (s->view->paused ? (int)strlen(PAUSED) : 0);
	struct tm tm;
	int end;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	units_spell_time(s->view->interval_ns, interval);
	screen_put(0, 0, NAME - 1, LOOK_BOLD, "udpmill top");
	if (columns >= PART_NARROW)
		snprintf(text, sizeof(text), "%zu server%s, every %s  %s", n,
			n == 1 ? "" : "s", interval, clock);
	else if (snprintf(text, sizeof(text), "%zu up  %s  %s", n, interval,
			 clock) > room &&
		 snprintf(text, sizeof(text), "%zu up  %s", n, interval) > room)
		snprintf(text, sizeof(text), "%zu up", n);
	end = part_right(0, columns, LOOK_PLAIN, "%s", text);
	if (s->view->paused)
		end = part_right(0, end, LOOK_WARN, PAUSED);
	if ((int)strlen(s->host) <= end - NAME - 2)
		screen_put(0, NAME + 1, end - NAME - 2, LOOK_PLAIN, s->host);
}

struct sum {
	const char *name;
	unsigned look;
	int rank; /* the highest is left out first, where there is no room */
	char text[64];
};

static void format_sum(
	struct sum *sum, int columns, double rate, const double *bits)
{
	char cell[CELL];
	int n;

	if (columns < PART_NARROW) {
		snprintf(sum->text, sizeof(sum->text), " %s/s",
			cell_number(cell, rate));
		return;
	}
	n = snprintf(sum->text, sizeof(sum->text), " %s/s", text_si(rate));
	if (bits && columns >= PART_NARROW + 15) {
		const char *si = text_si(*bits);

		snprintf(sum->text + n, sizeof(sum->text) - (size_t)n,
			"  %s%sbit/s", si, strchr(si, ' ') ? "" : " ");
	}
}

static int width_of(const struct sum *sum)
{
	return (int)strlen(sum->name) + (int)strlen(sum->text);
}

/* How many of these can be shown, by their rank. */
static int most_that_fit(const struct sum *sums, int count, int columns)
{
	int width = -2, most = 0;

	for (; most < count; most++)
		for (int i = 0; i < count; i++) {
			if (sums[i].rank != most)
				continue;
			width += width_of(&sums[i]) + 2;
			if (width > columns)
				return most;
		}
	return most;
}

static void draw_sums(const struct scene *s, int columns)
{
	struct sums all;
	int at = 0, most;

	add_up(&all, s->list);
	struct sum sums[] = {
		{"in", LOOK_IN, 0, ""},
		{"out", LOOK_OUT, 2, ""},
		{"dropped", all.dropped > 0 ? LOOK_BAD : LOOK_DIM, 1, ""},
		{"refused", all.refused > 0 ? LOOK_WARN : LOOK_DIM, 3, ""},
	};
	format_sum(&sums[0], columns, all.rx, &all.rx_bits);
	format_sum(&sums[1], columns, all.tx, &all.tx_bits);
	format_sum(&sums[2], columns, all.dropped, NULL);
	format_sum(&sums[3], columns, all.refused, NULL);
	most = most_that_fit(sums, 4, columns);
	for (int i = 0; i < 4; i++) {
		int n = (int)strlen(sums[i].name), w = width_of(&sums[i]);

		if (sums[i].rank >= most)
			continue;
		screen_put(1, at, n, sums[i].look, sums[i].name);
		screen_put(1, at + n, w - n, LOOK_PLAIN, sums[i].text);
		at += w + 2;
	}
}

/* A list that is incomplete must not pass for a complete one. */
static void draw_notice(const struct scene *s, int columns)
{
	const struct watchlist *l = s->list;
	uint64_t out = l->doubtful + l->unreadable + l->passed_over;
	unsigned look = l->error ? LOOK_BAD : LOOK_WARN;
	char text[128] = "";

	if (l->error)
		snprintf(text, sizeof(text), "looking for servers: %s",
			strerror(-l->error));
	else if (l->unopened)
		snprintf(text, sizeof(text),
			"servers left out: %" PRIu64 ", for lack of memory or "
			"descriptors (ulimit -n)",
			l->unopened);
	else if (out)
		snprintf(text, sizeof(text),
			"segments left out: %" PRIu64
			"; \"udpmill stat --list\" says why",
			out);
	if (text[0])
		part_words(2, 0, columns, look, text);
}

void part_head(const struct scene *s, int rows, int columns)
{
	draw_first(s, columns);
	draw_sums(s, columns);
	if (rows > 2)
		draw_notice(s, columns);
}
