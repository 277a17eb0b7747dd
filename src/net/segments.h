/* SPDX-License-Identifier: MIT */
/*
 * How many segments this kernel takes in one GSO send: 64 until Linux 6.9, 128
 * since. No call tells, so that it is found by sending.
 */
#pragma once

#include <stdint.h>

/* Sends n segments at once: 0 or -errno. */
typedef int segments_try_fn(void *arg, uint32_t n);

/* The most that try takes of 64, doubled up to TRAIN_SEGMENTS_MOST. 64 is not
 * tried: without trains, a sender finds out by itself. */
uint32_t segments_find(segments_try_fn *try, void *arg);

/*
 * The limit of this kernel, by sends of a throw-away socket to itself on
 * loopback: a few microseconds, for the start of a program. TRAIN_SEND_SEGMENTS
 * if there is no way to find out, as in a namespace whose loopback is down.
 */
uint32_t segments_limit(void);
