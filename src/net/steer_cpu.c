/* SPDX-License-Identifier: MIT */
/*
 * To the worker on the CPU that handles the packet: its data are in that CPU's
 * cache, and no other CPU has to be woken.
 *
 * The list of CPUs is divided into runs with one step, such as 0-15 or 0-30:2,
 * and the program looks for the CPU in one run after the other. So the usual
 * lists take a few instructions, however many CPUs they have. From a CPU
 * without a worker, the kernel's hash decides.
 */
#include "net/steers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/utsname.h>

/* Since Linux 6.2 (commit c125c80932d4) it counts within a group. */
#define MARK_MAJOR 6
#define MARK_MINOR 2

/* The most instructions of a run. */
#define RUN_MOST 11

static unsigned run_length(
	const unsigned short *cpu, unsigned count, unsigned *step)
{
	unsigned n = 1;

	*step = 1;
	if (count > 1 && cpu[1] > cpu[0])
		*step = (unsigned)(cpu[1] - cpu[0]);
	while (n < count && cpu[n] == cpu[n - 1] + *step)
		n++;
	return n;
}

/* Returns first + (CPU - *cpu) / step, if the CPU is one of the run's n. */
static int write_run(struct sock_filter *out, const unsigned short *cpu,
	unsigned n, unsigned step, unsigned first)
{
	const struct sock_filter begin[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			(uint32_t)SKF_AD_OFF + SKF_AD_CPU),
		/* The jumps to the next run are set below. */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, cpu[0], 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, cpu[n - 1], 0, 0),
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, cpu[0]),
	};
	const struct sock_filter divide[] = {
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, step),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, step),
	};
	int at = 0;

	for (int i = 0; i < 4; i++)
		out[at++] = begin[i];
	for (int i = 0; i < 5 && step > 1; i++)
		out[at++] = divide[i];
	out[at++] =
		(struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, first);
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	out[1].jf = (uint8_t)(at - 2);
	out[2].jt = (uint8_t)(at - 3);
	return at;
}

static int write_program(
	struct sock_filter *out, const unsigned short *cpu, unsigned count)
{
	int at = 0;

	for (unsigned i = 0, n, step; i < count; i += n) {
		if (at + RUN_MOST + 1 > BPF_MAXINSNS)
			return -E2BIG;
		n = run_length(cpu + i, count - i, &step);
		at += write_run(out + at, cpu + i, n, step, i);
	}
	out[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, STEER_NOBODY);
	return at;
}

/* Older kernels have the option, but ignore it in a group, and do not say so.
 */
static int mark(const int *fds, const unsigned short *cpu, unsigned count)
{
	struct utsname system;
	int major, minor;

	if (uname(&system) ||
		sscanf(system.release, "%d.%d", &major, &minor) != 2 ||
		major < MARK_MAJOR ||
		(major == MARK_MAJOR && minor < MARK_MINOR))
		return -EOPNOTSUPP;
	for (unsigned i = 0; i < count; i++) {
		int value = cpu[i];

		if (setsockopt(fds[i], SOL_SOCKET, SO_INCOMING_CPU, &value,
			    sizeof(value)))
			return -errno;
	}
	return 0;
}

const struct steer steer_cpu = {
	.name = "cpu",
	.brief = "the worker on the CPU that handles the packet",
	.starved = "their CPUs handle few packets; spread the device's queues "
		   "over the workers' CPUs, or use --steer hash",
	.by_cpu = true,
	.write = write_program,
	.mark = mark,
	.mark_by = "incoming_cpu",
};
