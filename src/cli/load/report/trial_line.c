/* SPDX-License-Identifier: MIT */
#include "cli/load/report/trial_line.h"

#include "cli/print/text.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 79

struct text {
	char *to;
	size_t bytes;
	size_t line; /* where the current line begins */
};

const char *load_trial_outcome(enum search_outcome o)
{
	static const char *const names[] = {
		[SEARCH_GOOD] = "carried",
		[SEARCH_LOSSY] = "lossy",
		[SEARCH_LIMITED] = "not reached",
	};

	return names[o];
}

static void put(struct text *t, const char *glue, const char *word)
{
	int n = snprintf(t->to + t->bytes, TRIAL_LINE_ROOM - t->bytes, "%s%s",
		glue, word);

	if (n > 0)
		t->bytes += (size_t)n;
	if (t->bytes >= TRIAL_LINE_ROOM)
		t->bytes = TRIAL_LINE_ROOM - 1;
}

/* In a list; below it if it is too long for this line. */
static void put_next(struct text *t, const char *word)
{
	if (t->bytes - t->line + strlen(", ") + strlen(word) <= COLUMNS) {
		put(t, ", ", word);
		return;
	}
	put(t, "\n", "");
	t->line = t->bytes;
	put(t, "    ", word);
}

void load_trial_line(
	const struct load_trial *t, unsigned number, char out[TRIAL_LINE_ROOM])
{
	struct text text = {out, 0, 0};
	char figures[TRIAL_LINE_ROOM];

	snprintf(figures, sizeof(figures),
		"%3u %6s/s  sent %6s/s  loss %8.4f %%  p50 %7s  ", number,
		text_si(t->rate), text_si(t->sent_rate), 100 * t->loss,
		t->p50_ns ? text_time((double)t->p50_ns) : "-");
	put(&text, figures, load_trial_outcome(t->outcome));
	if (t->cause)
		put_next(&text, t->cause);
	if (!t->balances)
		put_next(&text, "DOES NOT BALANCE");
	put(&text, "\n", "");
}
