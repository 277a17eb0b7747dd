/* SPDX-License-Identifier: MIT */
/* Reads the kernel's counters in /proc/net (proc(5)) as pairs of name and
 * value. */
#pragma once

#include <stdint.h>
#include <stdio.h>

/* The namespace of the thread that opens it; /proc/net is that of the process's
 * first thread. */
#define PROC_NET "/proc/thread-self/net/"

/* Called for each counter. In snmp and netstat, protocol is for example "Udp"
 * and key "InErrors"; in other files protocol is "" and key the whole name. */
typedef void proc_sink(
	void *arg, const char *protocol, const char *key, uint64_t value);

/* snmp, netstat: a line "Udp: A B", then a line "Udp: 1 2". */
void proc_read_pairs(FILE *f, proc_sink *sink, void *arg);

/* snmp6: "Udp6NoPorts     1". */
void proc_read_names(FILE *f, proc_sink *sink, void *arg);

/* softnet_stat: calls sink with "softnet_dropped" for each CPU. */
void proc_read_softnet(FILE *f, proc_sink *sink, void *arg);

/* Rewinds an open /proc file, which makes the kernel write it anew, and returns
 * a fresh stream for it, since an old one might return buffered text. Close it
 * with fclose(). NULL: the file cannot be read, or fd is -1. */
FILE *proc_again(int fd);
