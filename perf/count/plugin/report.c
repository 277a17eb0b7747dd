/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "blocks.h"
#include "fatal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	uint64_t address;
	uint32_t task, instructions;
	uint64_t executions, iterations;
};

static FILE *file;
static unsigned workload; /* that runs, or is next */

/* The workload so far. */
static FILE *text;
static char *written;
static size_t bytes;

int report_open(const char *path, int api, const char *target)
{
	file = fopen(path, "w");
	if (!file)
		return -errno;
	if (fprintf(file, "udpmill-count 1 api=%d target=%s\n", api, target) <
			0 ||
		fflush(file) != 0)
		return -errno;
	return 0;
}

void report_begin(void)
{
	text = open_memstream(&written, &bytes);
	if (!text)
		fatal("no memory for the report");
	fprintf(text, "workload %u\n", workload);
}

/* Of open_memstream(), all errors show at its end. */
static void finish(void)
{
	if (ferror(text) || fclose(text) != 0)
		fatal("no memory for the report");
	if (fwrite(written, 1, bytes, file) != bytes || fflush(file) != 0)
		fatal("cannot write the counts: %s", strerror(errno));
	free(written);
	workload++;
}

void report_end(void)
{
	fprintf(text, "done %u\n", workload);
	finish();
}

void report_unexpected(int code)
{
	fprintf(text, "unexpected %#x\n", (unsigned)code);
	finish();
}

static int compare(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->task != b->task)
		return a->task < b->task ? -1 : 1;
	return (a->instructions > b->instructions) -
	       (a->instructions < b->instructions);
}

static size_t add_rows(struct row *rows, const struct block *b)
{
	size_t n = 0;

	for (uint32_t i = 0; i < b->tasks; i++) {
		const struct tally *t = &b->tallies[i];

		if (!t->executions && !t->iterations)
			continue;
		if (rows)
			rows[n] = (struct row){b->address, i, b->instructions,
				t->executions, t->iterations};
		n++;
	}
	return n;
}

/* To be freed. */
static struct row *collect(size_t *n)
{
	struct row *rows;
	size_t room = 0, used = 0;

	for (struct block *b = blocks_newest(); b; b = b->older)
		room += add_rows(NULL, b);
	rows = calloc(room + 1, sizeof(*rows));
	if (!rows)
		fatal("no memory for %zu rows of the report", room);
	for (struct block *b = blocks_newest(); b; b = b->older)
		used += add_rows(rows + used, b);
	qsort(rows, used, sizeof(*rows), compare);
	*n = used;
	return rows;
}

/* Two programs may have blocks that differ in their last instruction only. */
static size_t merge(struct row *rows, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && compare(&rows[kept - 1], &rows[i]) == 0) {
			rows[kept - 1].executions += rows[i].executions;
			rows[kept - 1].iterations += rows[i].iterations;
		} else {
			rows[kept++] = rows[i];
		}
	}
	return kept;
}

void report_window(unsigned number, uint64_t switches)
{
	size_t n;
	struct row *rows = collect(&n);

	n = merge(rows, n);
	fprintf(text, "window %u switches=%" PRIu64 "\n", number, switches);
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		fprintf(text, "b %" PRIx64 " %u %u %" PRIu64 " %" PRIu64 "\n",
			r->address, r->task, r->instructions, r->executions,
			r->iterations);
	}
	fprintf(text, "end %u\n", number);
	free(rows);
}
