/* SPDX-License-Identifier: MIT */
/* The last values of a figure, for a graph. */
#pragma once

/* One for each column of a wide screen. */
#define HISTORY 512

/* Zeroed: empty. */
struct history {
	float at[HISTORY];
	unsigned next, count;
};

/* What is not known (NAN) counts as 0. */
void history_add(struct history *h, double value);

/* 0 is the newest; 0 for what is older than the oldest. */
double history_ago(const struct history *h, unsigned ago);

/* The highest of the newest n. */
double history_peak(const struct history *h, unsigned n);
