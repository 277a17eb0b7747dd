/* SPDX-License-Identifier: MIT */
/*
 * The file with the counts. Text, so that it can be read by eye:
 *
 *     udpmill-count 1 api=1 target=x86_64
 *     workload 0
 *     window 1 switches=N
 *     b ADDRESS TASK INSTRUCTIONS EXECUTIONS ITERATIONS
 *     end 1
 *     window 2 switches=N
 *     ...
 *     end 2
 *     done 0
 *
 * A workload is written when it has ended, so that an emulator that is killed
 * leaves those before. One whose marks were not 0, 1, 2 has a line "unexpected
 * CODE", with the code of the wrong mark, in the place of "done".
 */
#pragma once

#include <stdint.h>

/* 0, or -errno if the file cannot be made. */
int report_open(const char *path, int api, const char *target);

void report_begin(void);
/* All blocks that have been executed, sorted. */
void report_window(unsigned number, uint64_t switches);
void report_end(void);
void report_unexpected(int code);
