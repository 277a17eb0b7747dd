/* SPDX-License-Identifier: MIT */
/*
 * Programs that init starts, one or two at a time, and the bounds within which
 * they must end. Bounds are in the guest's time: while all sleep it passes at
 * once, so that nothing that hangs is waited for. As process 1, init also
 * collects what other programs have left behind.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	bool ended;
	int status; /* as of waitpid() */
};

/* Once, before all others. */
int process_init(void);

/* What a program gets at its start. out, err: files for its output, made anew.
 * fifo: its priority as SCHED_FIFO; 0: it is scheduled as usual. */
struct process_config {
	const char *out, *err;
	int fifo;
};

/* Starts argv[0], a path. 0; or -errno if it cannot be executed. */
int process_start(struct process *p, char *const argv[],
	const struct process_config *config);

/* Has it ended? Does not wait. */
bool process_has_ended(struct process *p);

/* Waits for its end, without using the CPU. 0, or -ETIMEDOUT. */
int process_wait(struct process *p, uint64_t bound_ms);

/* Ends it by force, and waits for that. */
void process_kill(struct process *p);

/* Its exit code; 128 and the signal if that ended it, as in a shell. */
int process_code(const struct process *p);

void sleep_ms(uint64_t ms);
