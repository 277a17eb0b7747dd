/* SPDX-License-Identifier: MIT */
/*
 * Windows by count, for "udpmill perf count": a thread executes a mark
 * (core/marker.h) whenever its position, a number of datagrams, has gone far
 * enough, and all replies that have come are taken. So it may be late by what
 * is in flight; where it came is noted. Private to load/.
 */
#pragma once

struct load_result;
struct load_thread;

/* At the start of a run. */
void count_marks_begin(struct load_thread *t);

/* Executes the mark that is due, if one is. By the thread itself, once a
 * turn. */
void count_marks_look(struct load_thread *t);

/* Reports the marks of a thread that has ended. */
void count_marks_see(const struct load_thread *t, struct load_result *r);
