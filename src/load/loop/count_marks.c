/* SPDX-License-Identifier: MIT */
#include "load/loop/count_marks.h"

#include "core/marker.h"
#include "load/loop/mode.h"
#include "load/loop/thread.h"

#include <string.h>

_Static_assert(LOAD_MARKS == MARKER_MARKS, "as many as the plugin knows");

static struct load_mark counts(const struct load_thread *t)
{
	return (struct load_mark){
		.sent = METER_READ(&t->meter, sent),
		.answered = METER_READ(&t->meter, answered),
	};
}

static struct load_mark since_begin(const struct load_thread *t)
{
	struct load_mark now = counts(t);

	now.sent -= t->windows.begin.sent;
	now.answered -= t->windows.begin.answered;
	return now;
}

static uint64_t position(const struct load_thread *t, const struct load_mark *m)
{
	return t->config->replies == REPLIES_NONE ? m->sent : m->answered;
}

void count_marks_begin(struct load_thread *t)
{
	t->windows = (struct count_windows){
		.due = t->config->count_window ? t->config->count_warm
					       : UINT64_MAX,
		.begin = counts(t),
	};
}

/* Between two replies of many that have come, the server has worked for more
 * datagrams than are answered, and for how many differs from mark to mark. So
 * they are all taken first. If they never end, because the server runs at the
 * same time, the mark comes all the same. A mode that sends by itself leaves no
 * such moment. */
static bool has_to_take(const struct load_thread *t, uint64_t at)
{
	return t->idle == 0 && !t->mode->hears_first &&
	       t->config->replies != REPLIES_NONE &&
	       at < t->windows.due + t->config->count_window / 4;
}

/* Window 1 has count_window datagrams, window 2 twice as many. */
void count_marks_look(struct load_thread *t)
{
	struct count_windows *w = &t->windows;
	struct load_mark now = since_begin(t);
	uint64_t at = position(t, &now);

	if (at < w->due)
		return;
	w->taking = has_to_take(t, at);
	if (w->taking)
		return;
	marker_mark(w->done);
	w->at[w->done++] = now;
	w->due = at + w->done * t->config->count_window;
	if (count_windows_over(w)) {
		w->due = UINT64_MAX;
		atomic_store(&t->shared->windows_counted, true);
	}
}

void count_marks_see(const struct load_thread *t, struct load_result *r)
{
	r->mark_count = t->windows.done;
	memcpy(r->marks, t->windows.at, sizeof(r->marks));
}
