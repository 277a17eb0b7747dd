/* SPDX-License-Identifier: MIT */
/*
 * To the worker of index (address + port) modulo their number, both of the
 * sender. An IPv4 address is a number of 32 bits, and an IPv6 address the sum
 * of its four. So consecutive ports of one address, and consecutive addresses
 * with one port, are spread exactly evenly, however few they are; and it is
 * known in advance which worker gets a flow.
 *
 * The program runs behind the UDP header (SKF_NET_OFF reaches back to the IP
 * header). Of IPv6 with extension headers, where the port is not known without
 * a search, the kernel's hash decides.
 */
#include "net/steers.h"

#include <netinet/in.h>

#define NET(offset) ((uint32_t)SKF_NET_OFF + (offset))

#define V4_SOURCE 12
#define V6_NEXT   6
#define V6_SOURCE 8
#define V6_BYTES  40

static int write_program(
	struct sock_filter *out, const unsigned short *cpu, unsigned count)
{
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET(0)),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 7),
		/* IPv4: X = the header's length, then the port */
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, NET(0)),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, NET(0)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(V4_SOURCE)),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
		BPF_STMT(BPF_RET | BPF_A, 0),
		/* IPv6 */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET(V6_NEXT)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 15),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(V6_SOURCE)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(V6_SOURCE + 4)),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(V6_SOURCE + 8)),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NET(V6_SOURCE + 12)),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, NET(V6_BYTES)),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
		BPF_STMT(BPF_RET | BPF_A, 0),
		/* IPv6 with extension headers */
		BPF_STMT(BPF_RET | BPF_K, STEER_NOBODY),
	};
	unsigned n = sizeof(code) / sizeof(code[0]);

	(void)cpu;
	for (unsigned i = 0; i < n; i++)
		out[i] = code[i];
	return (int)n;
}

const struct steer steer_flow = {
	.name = "flow",
	.brief = "the sender's address plus port, modulo the workers",
	.starved = "use more flows, with consecutive ports, or --steer hash",
	.write = write_program,
};
