/* SPDX-License-Identifier: MIT */
/* What happens to the program while it waits: keys, signals, time. Signals are
 * blocked and read from a descriptor, so that none comes at a bad moment. */
#pragma once

#include <signal.h>
#include <stdint.h>

enum event {
	EVENT_KEYS = 1,    /* there is something to read */
	EVENT_SIZE = 2,    /* the terminal's size has changed */
	EVENT_STOP = 4,    /* Ctrl-Z */
	EVENT_RESUMED = 8, /* the program was stopped, and goes on */
	EVENT_END = 16,    /* a signal, or the terminal is gone */
};

struct events {
	int fd; /* of signals */
};

/* 0 or -errno. */
int events_open(struct events *e);
void events_close(struct events *e);

/* Waits until something happens, or until that time by CLOCK_MONOTONIC. Returns
 * what has happened: a set of enum event, which may be empty. */
unsigned events_wait(struct events *e, uint64_t until_ns);

/* Stops this process, as Ctrl-Z does. Returns when it goes on. */
void events_stop(void);
