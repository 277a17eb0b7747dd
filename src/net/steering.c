/* SPDX-License-Identifier: MIT */
#include "net/steering.h"

#include "net/steers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const struct steer steer_hash = {
	.name = "hash",
	.brief = "the kernel's hash of both addresses and ports",
	.starved = "use more flows, or --steer flow with consecutive ports",
};

const struct steer *const steer_table[] = {
	&steer_hash,
	&steer_cpu,
	&steer_flow,
	NULL,
};

const struct steer *steer_find(const char *name)
{
	for (size_t i = 0; steer_table[i]; i++)
		if (strcmp(steer_table[i]->name, name) == 0)
			return steer_table[i];
	return NULL;
}

/* The option is set at one socket, and holds for its group. */
static int attach(const struct steer *s, int fd, const unsigned short *cpu,
	unsigned count)
{
	struct sock_filter code[BPF_MAXINSNS];
	struct sock_fprog program = {.filter = code};
	int n = s->write(code, cpu, count);

	if (n < 0)
		return n;
	program.len = (unsigned short)n;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
		       sizeof(program))
		       ? -errno
		       : 0;
}

/* What the system's administrator can do about it. */
static const char *advice(int error)
{
	if (error == -ENOMEM)
		return "; raise sysctl net.core.optmem_max";
	if (error == -E2BIG)
		return "; pin the workers to CPUs in a more regular order";
	return error == -ENOPROTOOPT ? " (needs Linux 4.5)" : "";
}

int steer_growing(const struct steer *s, const int *fds,
	const unsigned short *cpu, unsigned count, const char **by, char *why,
	size_t why_bytes)
{
	int error;

	if (!s->write) {
		snprintf(why, why_bytes,
			"--steer %s has no program, and would give new sockets "
			"datagrams of others; use --steer flow",
			s->name);
		return -EINVAL;
	}
	error = attach(s, fds[0], cpu, count);
	*by = "cbpf";
	if (error && s->mark && s->mark(fds, cpu, count) == 0) {
		*by = s->mark_by;
		return 0;
	}
	if (error)
		snprintf(why, why_bytes,
			"--steer %s: SO_ATTACH_REUSEPORT_CBPF: %s%s; --steer "
			"hash needs no program",
			s->name, strerror(-error), advice(error));
	return error;
}

int steer_attach(const struct steer *s, const int *fds,
	const unsigned short *cpu, unsigned count, const char **by, char *why,
	size_t why_bytes)
{
	*by = count > 1 ? "kernel" : "none";
	if (count < 2 || !s->write)
		return 0;
	return steer_growing(s, fds, cpu, count, by, why, why_bytes);
}
