/* SPDX-License-Identifier: MIT */
/* The options of `udpmill load` that send a capture again, what follows from
 * them, and what is said of it. */
#pragma once

#include "cli/load/capture.h"
#include "load/load.h"

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The time of a run that ends with its capture; no clock gets there. */
#define LOAD_REPLAY_UNBOUNDED_NS (UINT64_MAX / 4)

struct load_replay {
	const char *path; /* NULL: there is none */
	double speed;     /* 0: not said */
	bool max;         /* as fast as the kernel takes them */
	struct load_capture capture;
	struct replay replay;
	double seconds; /* of the capture, at its own speed */
	uint32_t flows; /* of the capture, before they were folded */
};

/* A child of load's argp; its input is a struct load_replay. */
extern const struct argp load_replay_argp;

struct load_parsing;

/* Prints and exits where something else was said that contradicts it. */
void load_replay_refuse(const struct load_parsing *p);

/* Reads the capture, and fills in what it decides of o->config. Prints and
 * exits where it cannot be read. */
void load_replay_plan(struct load_parsing *p);

/* What a run does, and what was left out: the second half of a line, and
 * lines before the last. */
void load_replay_print(FILE *out, const struct load_replay *r);

/* null where there is no capture. A new reference. */
json_t *load_replay_json(const struct load_replay *r);

void load_replay_fini(struct load_replay *r);
