/* SPDX-License-Identifier: MIT */
/* Is what came the answer to what was asked? Private to load/stress/. */
#pragma once

#include "load/stress/lab.h"

/* Answers that carry no number are told from others by this length. */
#define TALK_CONTROL_BYTES 77
#define TALK_CONTROL_FLOW  UINT32_MAX

enum answer {
	ANSWER_RIGHT,
	ANSWER_WRONG,
	ANSWER_AGAIN,
	ANSWER_FOREIGN, /* another socket's, or another run's */
	ANSWER_CONTROL, /* to talk_control() */
};

/* What came to the socket of that flow; noted, so that a second one is
 * ANSWER_AGAIN. */
enum answer answer_judge(struct stress_lab *lab, uint32_t flow,
	const uint8_t *data, uint32_t bytes);
