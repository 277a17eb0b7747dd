/* SPDX-License-Identifier: MIT */
/*
 * All that a kernel runs, as its init: sends datagrams to itself between marks,
 * in one process, in two that take turns, and next to page faults. Before and
 * after each window it reads the time stamp counter, which counts instructions
 * under -icount shift=0, and writes the differences to port 0xe9 of
 * isa-debugcon, a line for each workload.
 */
#include "core/marker.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define COUNT   2000 /* in window 1; twice as many in window 2 */
#define RESULTS 0xe9
#define PAGE    4096

static int ends[2]; /* sockets that are connected to each other */

static void must(long result)
{
	static const char failed[] = "failed\n";

	if (result >= 0)
		return;
	outsb(RESULTS, failed, sizeof(failed) - 1);
	reboot(RB_POWER_OFF);
}

static void open_ends(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	struct sockaddr_in at[2];

	for (int i = 0; i < 2; i++) {
		ends[i] = socket(AF_INET, SOCK_DGRAM, 0);
		must(ends[i]);
		must(ioctl(ends[i], SIOCSIFFLAGS, &lo));
		at[i] = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(4000 + (uint16_t)i),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
		must(bind(ends[i], (struct sockaddr *)&at[i], sizeof(at[i])));
	}
	for (int i = 0; i < 2; i++)
		must(connect(
			ends[i], (struct sockaddr *)&at[!i], sizeof(at[i])));
}

static void to_itself(int n)
{
	char data[64] = "";

	for (; n > 0; n--) {
		must(send(ends[0], data, sizeof(data), 0));
		must(recv(ends[1], data, sizeof(data), 0));
	}
}

static void in_turns(int n)
{
	char data[64] = "";

	for (; n > 0; n--) {
		must(send(ends[0], data, sizeof(data), 0));
		must(recv(ends[0], data, sizeof(data), 0));
	}
}

static void with_faults(int n)
{
	size_t bytes = (size_t)n * PAGE;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(memory == MAP_FAILED ? -1 : 0);
	for (size_t i = 0; i < bytes; i += PAGE)
		((volatile char *)memory)[i] = 1;
	must(munmap(memory, bytes));
	to_itself(n);
}

/* Answers until it is killed. */
static pid_t answer(void)
{
	char data[64];
	pid_t child = fork();

	must(child);
	while (child == 0) {
		must(recv(ends[1], data, sizeof(data), 0));
		must(send(ends[1], data, sizeof(data), 0));
	}
	return child;
}

static void count(void (*work)(int n))
{
	unsigned long long at[MARKER_MARKS];
	char line[64];

	work(COUNT);
	marker_workload_begins();
	marker_mark(0);
	at[0] = __rdtsc();
	work(COUNT);
	at[1] = __rdtsc();
	marker_mark(1);
	work(2 * COUNT);
	at[2] = __rdtsc();
	marker_mark(2);
	marker_workload_ends();
	snprintf(line, sizeof(line), "%llu %llu\n", at[1] - at[0],
		at[2] - at[1]);
	outsb(RESULTS, line, strlen(line));
}

int main(void)
{
	pid_t child;

	must(ioperm(RESULTS, 1, 1));
	open_ends();
	count(to_itself);
	child = answer();
	count(in_turns);
	must(kill(child, SIGKILL));
	must(waitpid(child, NULL, 0));
	count(with_faults);
	must(reboot(RB_POWER_OFF));
	return 1;
}
