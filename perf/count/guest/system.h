/* SPDX-License-Identifier: MIT */
/* Makes a system of the bare guest. Whatever fails is reported, and ends the
 * guest. */
#pragma once

/* File systems, and the loopback device. */
void system_begin(void);

/* path, and then parameters. */
void system_load_module(char *const words[]);

/* A key as sysctl(8) takes it, and then its values. */
void system_set(char *const words[]);

/* Lets the threads that handle softirqs run by SCHED_FIFO. */
void system_raise_softirqs(int priority);

/* Tells the host which kernel and processor this is. */
void system_tell(void);
