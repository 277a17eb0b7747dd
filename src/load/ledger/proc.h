/* SPDX-License-Identifier: MIT */
/* The kernel's counters as /proc/net has them (proc(5)), read as pairs of a
 * name and a value. */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* Of the thread that opens them: /proc/net would be of the process's first. */
#define PROC_NET "/proc/thread-self/net/"

/* Called for each counter: of snmp and netstat, protocol "Udp" and key
 * "InErrors"; of other files protocol is "", and key the whole name. */
typedef void proc_sink(
	void *arg, const char *protocol, const char *key, uint64_t value);

/* snmp, netstat: "Udp: A B", and in the next line "Udp: 1 2". */
void proc_read_pairs(FILE *f, proc_sink *sink, void *arg);

/* snmp6: "Udp6NoPorts     1". */
void proc_read_names(FILE *f, proc_sink *sink, void *arg);

/* softnet_stat: "softnet_dropped", of each CPU. */
void proc_read_softnet(FILE *f, proc_sink *sink, void *arg);

/* An open file at its start, where it is written anew: a stream of its own each
 * time, since one that lives on may go back within what it has read already.
 * To be closed with fclose(); NULL: it cannot be read, also of fd -1. */
FILE *proc_again(int fd);
