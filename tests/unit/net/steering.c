/* SPDX-License-Identifier: MIT */
/* Which socket of a group gets a datagram: by the kernel, over loopback, and
 * for CPUs that this host does not have, by interpreting the programs. */
#include "net/steering.h"

#include "net/affinity.h"
#include "net/group.h"
#include "net/steers.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define N     4
#define PORTS 32

static char why[256];
static const char *by;

struct group {
	int fd[N];
	unsigned count;
	struct socket_obtained got;
};

static struct group open_group(const char *listen, unsigned count)
{
	struct socket_config config = {.dual = true};
	struct group g = {.count = count};

	cr_assert(address_parse(&config.bind, listen) == 0);
	cr_assert(
		group_open(&config, count, g.fd, &g.got, why, sizeof(why)) == 0,
		"%s", why);
	return g;
}

static void steer_group(
	const struct group *g, const char *name, const unsigned short *cpus)
{
	cr_assert(steer_attach(steer_find(name), g->fd, cpus, g->count, &by,
			  why, sizeof(why)) == 0,
		"%s", why);
}

/* The socket that has got one datagram, and nobody else has. */
static unsigned took(const struct group *g)
{
	struct pollfd p[N];
	unsigned at = N;
	char byte;

	for (unsigned i = 0; i < g->count; i++)
		p[i] = (struct pollfd){.fd = g->fd[i], .events = POLLIN};
	cr_assert(poll(p, g->count, 10000) == 1);
	for (unsigned i = 0; i < g->count; i++)
		if (p[i].revents)
			at = i;
	cr_assert(recv(g->fd[at], &byte, 1, MSG_DONTWAIT) == 1);
	return at;
}

/* Sends one from that port, or 0: any, to host, with the group's port. Returns
 * who got it. */
static unsigned send_from(const struct group *g, const char *host, int *port)
{
	struct socket_config config = {0};
	struct socket_obtained got;
	int fd;

	cr_assert(address_parse(&config.remote, host) == 0);
	address_set_port(&config.remote, address_port(&g->got.bound));
	config.bind = config.remote;
	address_set_port(&config.bind, (uint16_t)*port);
	fd = socket_open(&config, &got, why, sizeof(why));
	if (fd < 0 && *port)
		return N; /* somebody else has this port */
	cr_assert(fd >= 0, "%s", why);
	*port = address_port(&got.bound);
	cr_assert(send(fd, "x", 1, 0) == 1);
	close(fd);
	return took(g);
}

/* sum: of the address's words. */
static void assert_by_address_and_port(
	const char *listen, const char *host, uint32_t sum)
{
	struct group g = open_group(listen, N);
	int first = 0;

	steer_group(&g, "flow", NULL);
	cr_assert_str_eq(by, "cbpf");
	(void)send_from(&g, host, &first);
	for (int i = 1; i < PORTS; i++) {
		int port = first + i;
		unsigned at = port < 65536 ? send_from(&g, host, &port) : N;

		cr_assert(at == N || at == (sum + (uint32_t)port) % N,
			"port %d came to %u", port, at);
	}
	for (unsigned i = 0; i < N; i++)
		close(g.fd[i]);
}

Test(steering, by_flow_takes_address_and_port_of_ipv4)
{
	assert_by_address_and_port("127.0.0.1:0", "127.0.0.1:0", 0x7f000001);
	assert_by_address_and_port("0.0.0.0:0", "127.0.0.6:0", 0x7f000006);
}

Test(steering, by_flow_takes_address_and_port_of_ipv6)
{
	assert_by_address_and_port("[::1]:0", "[::1]:0", 1);
}

Test(steering, by_flow_knows_ipv4_at_a_dual_socket)
{
	assert_by_address_and_port("[::]:0", "127.0.0.1:0", 0x7f000001);
	assert_by_address_and_port("[::]:0", "[::1]:0", 1);
}

/* Loopback receives on the CPU that sends. */
static void assert_by_cpu(const struct group *g, const struct cpu_list *cpus)
{
	for (int turn = 0; turn < 16; turn++) {
		unsigned i = (unsigned)turn % g->count;
		int port = 0;

		cr_assert(affinity_pin(cpus->cpu[i]) == 0);
		cr_assert(send_from(g, "127.0.0.1:0", &port) == i);
	}
	for (unsigned i = 0; i < g->count; i++)
		close(g->fd[i]);
}

static struct cpu_list two_cpus(void)
{
	struct cpu_list cpus;
	unsigned short first;

	cr_assert(affinity_allowed(&cpus) == 0);
	if (cpus.count < 2)
		cr_skip("needs two CPUs");
	/* Not in their own order. */
	first = cpus.cpu[0];
	cpus.cpu[0] = cpus.cpu[1];
	cpus.cpu[1] = first;
	return cpus;
}

Test(steering, by_cpu_takes_the_socket_of_the_cpu)
{
	struct cpu_list cpus = two_cpus();
	struct group g = open_group("127.0.0.1:0", 2);

	steer_group(&g, "cpu", cpus.cpu);
	cr_assert_str_eq(by, "cbpf");
	assert_by_cpu(&g, &cpus);
}

Test(steering, by_cpu_works_by_marks_too)
{
	struct cpu_list cpus = two_cpus();
	struct group g = open_group("127.0.0.1:0", 2);

	if (steer_cpu.mark(g.fd, cpus.cpu, 2))
		cr_skip("needs Linux 6.2");
	assert_by_cpu(&g, &cpus);
}

/* socket(7): the last one moves to the index of the one that was closed; for an
 * index that nobody has, the kernel's hash decides. */
Test(steering, keeps_the_order_of_the_rest_when_one_is_closed)
{
	struct group g = open_group("127.0.0.1:0", N);
	const uint32_t host = 0x7f000001;
	unsigned delivered = 0;
	int first = 0;

	steer_group(&g, "flow", NULL);
	close(g.fd[1]);
	g.fd[1] = g.fd[N - 1];
	g.count = N - 1;
	(void)send_from(&g, "127.0.0.1:0", &first);
	for (int i = 1; i < PORTS; i++) {
		int port = first + i;
		uint32_t wanted = (host + (uint32_t)port) % N;
		unsigned at =
			port < 65536 ? send_from(&g, "127.0.0.1:0", &port) : N;

		if (at == N)
			continue;
		cr_assert(at == wanted || wanted == N - 1);
		delivered += wanted == N - 1;
	}
	cr_assert(delivered > 0);
}

Test(steering, leaves_a_group_of_one_alone)
{
	struct group g = open_group("127.0.0.1:0", 1);

	steer_group(&g, "flow", NULL);
	cr_assert_str_eq(by, "none");
	close(g.fd[0]);
}

Test(steering, leaves_the_hash_to_the_kernel)
{
	struct group g = open_group("127.0.0.1:0", 2);

	steer_group(&g, "hash", NULL);
	cr_assert_str_eq(by, "kernel");
	cr_assert(steer_find("hash") == steer_table[0]);
	cr_assert(steer_find("nonsense") == NULL);
}

/* Of a group that was made without sharing, the kernel wants no program. */
Test(steering, says_why_a_program_is_refused)
{
	struct group g = open_group("127.0.0.1:0", 1);
	int fds[2] = {g.fd[0], g.fd[0]};

	cr_assert(steer_attach(steer_find("flow"), fds, NULL, 2, &by, why,
			  sizeof(why)) < 0);
	cr_assert(strstr(why, "--steer flow: SO_ATTACH_REUSEPORT_CBPF: "));
	close(g.fd[0]);
}

/* What a program for CPUs returns on one of them (networking/filter). */
static uint32_t interpret(const struct sock_filter *at, uint32_t cpu)
{
	uint32_t a = 0, x = 0;

	for (;; at++) {
		switch (at->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			cr_assert(at->k == (uint32_t)SKF_AD_OFF + SKF_AD_CPU);
			a = cpu;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= at->k ? at->jt : at->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			at += a > at->k ? at->jt : at->jf;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == at->k ? at->jt : at->jf;
			break;
		case BPF_ALU | BPF_SUB | BPF_K:
			a -= at->k;
			break;
		case BPF_ALU | BPF_ADD | BPF_K:
			a += at->k;
			break;
		case BPF_ALU | BPF_MOD | BPF_K:
			a %= at->k;
			break;
		case BPF_ALU | BPF_DIV | BPF_K:
			a /= at->k;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;
		case BPF_RET | BPF_A:
			return a;
		case BPF_RET | BPF_K:
			return at->k;
		default:
			cr_assert_fail("an unknown instruction, %#x", at->code);
		}
	}
}

/* Returns the number of instructions. */
static int assert_each_cpu(const unsigned short *cpu, unsigned count)
{
	static struct sock_filter code[BPF_MAXINSNS];
	int n = steer_cpu.write(code, cpu, count);

	cr_assert(n > 0 && n <= BPF_MAXINSNS);
	for (unsigned c = 0; c < 1100; c++) {
		uint32_t wanted = STEER_NOBODY;

		for (unsigned i = 0; i < count; i++)
			if (cpu[i] == c)
				wanted = i;
		cr_assert(interpret(code, c) == wanted, "CPU %u", c);
	}
	return n;
}

Test(steering, by_cpu_finds_each_cpu_in_any_list)
{
	/* Alone; two sockets with their siblings last; every other one, then
	 * those between; downwards; and without any order. */
	static const unsigned short one[] = {7},
				    sockets[] = {0, 1, 2, 3, 8, 9, 10, 11, 4, 5,
					    6, 7, 12, 13, 14, 15},
				    step[] = {0, 2, 4, 6, 1, 3, 5, 7},
				    down[] = {9, 6, 3, 0},
				    any[] = {5, 900, 17, 18, 1, 3, 1000, 2};

	(void)assert_each_cpu(one, 1);
	(void)assert_each_cpu(sockets, 16);
	(void)assert_each_cpu(step, 8);
	(void)assert_each_cpu(down, 4);
	(void)assert_each_cpu(any, 8);
}

Test(steering, by_cpu_takes_few_instructions_for_many_cpus)
{
	static unsigned short cpus[1024];

	for (unsigned i = 0; i < 1024; i++)
		cpus[i] = (unsigned short)i;
	cr_assert(assert_each_cpu(cpus, 1024) < 10);
	for (unsigned i = 0; i < 1024; i++)
		cpus[i] = (unsigned short)(2 * i % 1024 + i / 512);
	cr_assert(assert_each_cpu(cpus, 1024) < 30);
}

Test(steering, by_cpu_refuses_more_disorder_than_a_program_holds)
{
	static struct sock_filter code[BPF_MAXINSNS];
	static unsigned short cpus[1024];

	for (unsigned i = 0; i < 1024; i++)
		cpus[i] = (unsigned short)(1023 - i);
	cr_assert(steer_cpu.write(code, cpus, 1024) == -E2BIG);
}
