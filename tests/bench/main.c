/* SPDX-License-Identifier: MIT */
/*
 * Runs the benchmarks of a group, or all, and prints a table, or JSON instead:
 *
 *   bench [GROUP|all [ROUNDS]] [--json]
 *
 * In each round, every benchmark makes one short run, so that all of them share
 * what this host is doing meanwhile. The times are nanoseconds of an item:
 * "above floor" is the median over the rounds of a run less its floor's run,
 * with the interquartile range of that difference.
 */
#include "sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An odd number, which has a median, and about a second of each benchmark. */
#define ROUNDS 1001

struct suite {
	struct samples *list;
	size_t count;
	const char *group;
	long rounds;
	bool json;
	int instructions; /* a descriptor; or -errno */
};

static const struct samples *floor_of(
	const struct suite *s, const struct samples *of)
{
	for (size_t i = 0; of->bench->floor && i < s->count; i++) {
		const struct bench *b = s->list[i].bench;

		if (strcmp(b->group, of->bench->group) == 0 &&
			strcmp(b->name, of->bench->floor) == 0)
			return &s->list[i];
	}
	return NULL;
}

static int measure(struct suite *s)
{
	for (size_t i = 0; i < bench_count; i++) {
		const struct bench *b = &benches[i];
		int error;

		if (strcmp(s->group, "all") != 0 &&
			strcmp(s->group, b->group) != 0)
			continue;
		error = samples_open(
			&s->list[s->count++], b, (size_t)s->rounds);
		if (error) {
			fprintf(stderr, "bench: %s: %s: %s\n", b->group,
				b->name, strerror(-error));
			return error;
		}
	}
	for (long round = 0; round < s->rounds; round++)
		for (size_t i = 0; i < s->count; i++)
			samples_add(&s->list[i], s->instructions);
	for (size_t i = 0; i < s->count; i++)
		samples_conclude(&s->list[i], floor_of(s, &s->list[i]));
	return 0;
}

static void print_table(const struct suite *s)
{
	bool counted = s->instructions >= 0;

	printf("ns an item, %ld interleaved runs of %u us; %s\n", s->rounds,
		RUN_NS / 1000,
		counted ? "instructions in user space"
			: "no counter of instructions here");
	printf("%-36s %8s %8s %17s %7s\n", "benchmark (item)", "least",
		"median", "above floor (IQR)", counted ? "instr." : "");
	for (size_t i = 0; i < s->count; i++) {
		const struct samples *r = &s->list[i];
		char name[64], above[32] = "floor", instructions[32] = "";

		snprintf(name, sizeof(name), "%s: %s", r->bench->group,
			r->bench->name);
		if (r->bench->floor)
			snprintf(above, sizeof(above), "%.2f (%.2f)",
				r->above_ns.median,
				r->above_ns.three_quarters -
					r->above_ns.quarter);
		if (counted)
			snprintf(instructions, sizeof(instructions), "%.1f",
				r->bench->floor ? r->above_instructions
						: r->instructions);
		printf("%-36.36s %8.2f %8.2f %17s %7s\n", name, r->ns.least,
			r->ns.median, above, instructions);
	}
}

static void print_spread(const char *name, const struct spread *s)
{
	printf("\"%s\":{\"quarter\":%.4f,\"median\":%.4f,"
	       "\"three_quarters\":%.4f}",
		name, s->quarter, s->median, s->three_quarters);
}

static void print_json(const struct suite *s)
{
	printf("{\"rounds\":%ld,\"run_ns\":%u,\"benchmarks\":[", s->rounds,
		RUN_NS);
	for (size_t i = 0; i < s->count; i++) {
		const struct samples *r = &s->list[i];

		printf("%s{\"group\":\"%s\",\"name\":\"%s\",\"item\":\"%s\",",
			i ? "," : "", r->bench->group, r->bench->name,
			r->bench->item);
		printf("\"least_ns\":%.4f,", r->ns.least);
		print_spread("ns", &r->ns);
		if (r->bench->floor) {
			printf(",\"floor\":\"%s\",", r->bench->floor);
			print_spread("above_ns", &r->above_ns);
		}
		if (s->instructions >= 0)
			printf(",\"instructions\":%.2f", r->instructions);
		printf("}");
	}
	printf("]}\n");
}

static int parse(struct suite *s, int argc, char **argv)
{
	char *end = NULL;

	s->json = argc > 1 && strcmp(argv[argc - 1], "--json") == 0;
	argc -= s->json;
	s->group = argc > 1 ? argv[1] : "all";
	s->rounds = argc > 2 ? strtol(argv[2], &end, 10) : ROUNDS;
	if (argc > 3 || (end && *end) || s->rounds < 1 || s->rounds > 1000000) {
		fprintf(stderr, "usage: bench [GROUP|all [ROUNDS]] [--json], "
				"with 1 to 1000000 rounds\n");
		return -EINVAL;
	}
	return 0;
}

static void finish(struct suite *s)
{
	for (size_t i = 0; i < s->count; i++)
		samples_close(&s->list[i]);
	free(s->list);
	if (s->instructions >= 0)
		close(s->instructions);
}

int main(int argc, char **argv)
{
	struct suite s = {0};
	int error;

	if (parse(&s, argc, argv))
		return 2;
	s.list = calloc(bench_count, sizeof(*s.list));
	s.instructions = instructions_open();
	error = s.list ? measure(&s) : -ENOMEM;
	if (!error && !s.count) {
		fprintf(stderr, "bench: there is no group \"%s\"\n", s.group);
		error = -EINVAL;
	}
	if (!error) {
		(s.json ? print_json : print_table)(&s);
		if (fflush(stdout))
			error = -errno;
	}
	finish(&s);
	return error ? 1 : 0;
}
