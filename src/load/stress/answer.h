/* SPDX-License-Identifier: MIT */
/* Judges answers. Private to load/stress/. */
#pragma once

#include "load/stress/lab.h"

/* The length of control datagrams, by which answers without a number are
 * recognised. */
#define TALK_CONTROL_BYTES 77
#define TALK_CONTROL_FLOW  UINT32_MAX

enum answer {
	ANSWER_RIGHT,
	ANSWER_WRONG,
	ANSWER_AGAIN,
	ANSWER_FOREIGN, /* for another socket or of another run */
	ANSWER_CONTROL, /* the answer to talk_control() */
};

/* Judges what came to the socket of that flow, and remembers it, so that a
 * second answer is ANSWER_AGAIN. */
enum answer answer_judge(struct stress_lab *lab, uint32_t flow,
	const uint8_t *data, uint32_t bytes);
