/* SPDX-License-Identifier: MIT */
/*
 * The plain driver: every build builds the targets with it, and every test run
 * runs them a bounded number of times, so that they do not rot. libFuzzer takes
 * its place with -Dfuzz=libfuzzer.
 *
 *	fuzz-TARGET RUNS [SEED]   inputs drawn from a seed, each reproducible
 *	fuzz-TARGET FILE...       these inputs
 */
#include "fuzz.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 4096

static uint64_t run, seed;

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*state >> 33) % below);
}

static size_t take_sample(uint64_t *state, uint8_t *data)
{
	size_t count = 0, bytes;
	const struct fuzz_sample *s;

	while (fuzz_samples[count].data)
		count++;
	if (count == 0)
		return 0;
	s = &fuzz_samples[draw(state, (uint32_t)count)];
	bytes = s->bytes < INPUT_MAX ? s->bytes : INPUT_MAX;
	memcpy(data, s->data, bytes);
	return bytes;
}

/* One small change: a byte, a bit, a cut, a doubling, or another's tail. */
static size_t mutate(uint64_t *state, uint8_t *data, size_t bytes)
{
	size_t at = bytes ? draw(state, (uint32_t)bytes) : 0;
	uint8_t byte = (uint8_t)draw(state, 256);

	switch (draw(state, 5)) {
	case 0:
		if (bytes)
			data[at] = byte;
		return bytes;
	case 1:
		if (bytes)
			data[at] ^= (uint8_t)(1u << byte % 8);
		return bytes;
	case 2:
		return at;
	case 3:
		if (2 * bytes - at > INPUT_MAX)
			return bytes;
		memmove(data + bytes, data + at, bytes - at);
		return 2 * bytes - at;
	default:
		if (bytes == INPUT_MAX)
			return bytes;
		memmove(data + at + 1, data + at, bytes - at);
		data[at] = byte;
		return bytes + 1;
	}
}

static size_t generate(uint64_t *state, uint8_t *data)
{
	size_t bytes;

	if (draw(state, 4) == 0) {
		bytes = draw(state, 1u << draw(state, 13));
		for (size_t i = 0; i < bytes; i++)
			data[i] = (uint8_t)draw(state, 256);
		return bytes;
	}
	bytes = take_sample(state, data);
	for (uint32_t n = draw(state, 6); n > 0; n--)
		bytes = mutate(state, data, bytes);
	return bytes;
}

/* An exact copy: a sanitizer sees the first byte read beyond it. */
static int try_input(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);

	if (!copy)
		return -ENOMEM;
	if (bytes)
		memcpy(copy, data, bytes);
	LLVMFuzzerTestOneInput(copy, bytes);
	free(copy);
	return 0;
}

static void say_where(int number)
{
	char text[96];
	int n = snprintf(text, sizeof(text),
		"failed in run 1 of seed %" PRIu64 "\n", seed + run);

	(void)!write(STDERR_FILENO, text, (size_t)n);
	signal(number, SIG_DFL);
	raise(number);
}

static int run_drawn(uint64_t runs)
{
	static uint8_t data[INPUT_MAX];

	signal(SIGABRT, say_where);
	for (run = 0; run < runs; run++) {
		uint64_t state = seed + run;
		size_t bytes = generate(&state, data);

		if (try_input(data, bytes))
			return 1;
	}
	printf("%" PRIu64 " runs from seed %" PRIu64 "\n", runs, seed);
	return 0;
}

static int run_file(const char *name)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(name, "rb");
	size_t bytes;

	if (!f) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return 1;
	}
	bytes = fread(data, 1, sizeof(data), f);
	fclose(f);
	return try_input(data, bytes) ? 1 : 0;
}

int main(int argc, char **argv)
{
	char *end;
	uint64_t runs;

	if (argc < 2) {
		fprintf(stderr, "usage: %s RUNS [SEED] | FILE...\n", argv[0]);
		return 2;
	}
	runs = strtoull(argv[1], &end, 10);
	if (*end) {
		for (int i = 1; i < argc; i++)
			if (run_file(argv[i]))
				return 1;
		return 0;
	}
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	return run_drawn(runs);
}
