/* SPDX-License-Identifier: MIT */
/*
 * Which socket of an SO_REUSEPORT group gets a datagram.
 *
 * Without a program, the kernel takes a hash of both addresses and ports, with
 * a secret of each boot. A classic BPF program (SO_ATTACH_REUSEPORT_CBPF,
 * socket(7), Linux 4.5; needs no privilege) returns the index of a socket
 * instead, in the order in which they were bound. If it returns an index that
 * no socket has, the kernel takes its hash. When a socket of the group is
 * closed, the last one gets its index.
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

struct steer {
	const char *name;    /* as typed on the command line */
	const char *brief;   /* for --help */
	const char *starved; /* what to do if some workers get too little */
	bool by_cpu; /* each worker must be pinned to a CPU of its own */
	/*
	 * Writes a program for count sockets into out, which has room for
	 * BPF_MAXINSNS; cpu: the CPU of each socket's worker, if by_cpu.
	 * Returns the number of instructions, or -E2BIG. NULL: the kernel's
	 * hash.
	 */
	int (*write)(struct sock_filter *out, const unsigned short *cpu,
		unsigned count);
	/* Another way, if the program is refused; NULL: there is none. 0 or
	 * -errno. by: its name. */
	int (*mark)(const int *fds, const unsigned short *cpu, unsigned count);
	const char *mark_by;
};
