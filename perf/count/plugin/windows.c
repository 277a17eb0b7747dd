/* SPDX-License-Identifier: MIT */
#include "windows.h"

#include "blocks.h"
#include "core/marker.h"
#include "report.h"
#include "tasks.h"

struct window window;

static uint64_t running; /* its address; 0 until the first switch */
static uint64_t switches;
static bool workload; /* runs */
static int next;      /* the mark that is expected */

static void stop(int code)
{
	window.counts = workload = false;
	if (code == MARKER_ENDS && next == MARKER_MARKS)
		report_end();
	else
		report_unexpected(code);
}

static void start(void)
{
	workload = true;
	next = 0;
	report_begin();
}

static void mark(void)
{
	if (next == 0) {
		blocks_leave();
		window.task = task_number(running);
	} else {
		report_window((unsigned)next, switches);
	}
	blocks_clear();
	switches = 0;
	next++;
	window.counts = next < MARKER_MARKS;
}

void windows_mark(int code)
{
	if (workload && code == MARKER_MARK + next && next < MARKER_MARKS) {
		mark();
		return;
	}
	if (workload)
		stop(code);
	if (code == MARKER_BEGINS)
		start();
}

void windows_switch(uint64_t address)
{
	running = address;
	if (!window.counts)
		return;
	switches++;
	window.task = task_number(address);
}
