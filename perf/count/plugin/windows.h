/* SPDX-License-Identifier: MIT */
/* What marks begin and end, and what is counted meanwhile. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Read by each execution of a block. */
extern struct window {
	bool counts;
	uint32_t task; /* that runs; valid while it counts */
} window;

/* A mark was executed. */
void windows_mark(int code);

/* Another task runs from now on. */
void windows_switch(uint64_t address);
