/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that replay a capture, and what the reports say
 * about it. */
#pragma once

#include "cli/load/capture.h"
#include "load/load.h"

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The time of a run that only ends with its capture; no clock gets this far. */
#define LOAD_REPLAY_UNBOUNDED_NS (UINT64_MAX / 4)

struct load_replay {
	const char *path; /* NULL: no capture */
	double speed;     /* 0: not said */
	bool max;         /* as fast as the kernel accepts datagrams */
	bool round;       /* as replies come, over and over */
	struct load_capture capture;
	struct replay replay;
	double seconds; /* of the capture, at its own speed */
	uint32_t
		flows; /* of the capture, before they are folded into --flows */
};

/* A child of load's argp; its input is a struct load_replay. */
extern const struct argp load_replay_argp;

/* "3 not UDP, 2 fragments", or "". */
#define LOAD_REPLAY_LEFT 128
const char *load_replay_left_out(
	const struct load_capture *c, char text[LOAD_REPLAY_LEFT]);

/* Prints what is replayed and what was left out: the rest of a line, and more
 * lines of which the last has no end. */
void load_replay_print(FILE *out, const struct load_replay *r);

/* null if there is no capture. Returns a new reference. */
json_t *load_replay_json(const struct load_replay *r);

void load_replay_fini(struct load_replay *r);
