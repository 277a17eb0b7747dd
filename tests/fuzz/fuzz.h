/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target: LLVMFuzzerTestOneInput, as libFuzzer calls it, and samples
 * from which the plain driver (main.c) starts. A target aborts when it finds a
 * fault.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct fuzz_sample {
	const char *data;
	size_t bytes;
};

/* Inputs the target takes for good ones; ended by data NULL. */
extern const struct fuzz_sample fuzz_samples[];

/* Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Versions of clang-format disagree about braces in a macro. */
/* clang-format off */
#define SAMPLE(text) {text, sizeof(text) - 1}
/* clang-format on */

/* assert(3) that no build leaves out. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
