/* SPDX-License-Identifier: MIT */
/*
 * Runs a program some of whose system calls fail:
 *
 *     failing [--log FD] [--go FD] CALL=ERRNO[,FIRST[,COUNT]]... --
 *         PROGRAM ARGUMENT...
 *
 * The calls of that name from the FIRST on (1, unless it is said), COUNT of
 * them (all, unless it is said), return ERRNO and do nothing. Those of all
 * threads are counted together. FIRST may be "go": from when the other end of
 * the pipe --go is closed. When the program has ended, a line "CALL MADE
 * FAILED" for each is written to --log.
 *
 * A seccomp filter (seccomp_unotify(2), Linux 5.5) hands these calls to a child
 * of this process, and this process becomes the program: its pid and its exit
 * code are the program's. It takes no privilege, no ptrace and no libc symbol,
 * so that io_uring's calls can fail too.
 *
 * Exits 77 where there is no such filter.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULES_MAX 8

struct named {
	const char *name;
	int number;
};

static const struct named calls[] = {
	{"bpf", SYS_bpf},
	{"capset", SYS_capset},
	{"clock_nanosleep", SYS_clock_nanosleep},
	{"epoll_pwait2", SYS_epoll_pwait2},
	{"epoll_pwait", SYS_epoll_pwait},
#ifdef SYS_epoll_wait
	{"epoll_wait", SYS_epoll_wait},
#endif
	{"io_uring_enter", SYS_io_uring_enter},
	{"io_uring_setup", SYS_io_uring_setup},
#ifdef SYS_poll
	{"poll", SYS_poll},
#endif
	{"ppoll", SYS_ppoll},
	{"prlimit64", SYS_prlimit64},
	{"recvfrom", SYS_recvfrom},
	{"recvmmsg", SYS_recvmmsg},
	{"recvmsg", SYS_recvmsg},
	{"rt_sigtimedwait", SYS_rt_sigtimedwait},
	{"sendmmsg", SYS_sendmmsg},
	{"sendmsg", SYS_sendmsg},
	{"sendto", SYS_sendto},
	{"setsockopt", SYS_setsockopt},
	{"splice", SYS_splice},
	{"vmsplice", SYS_vmsplice},
};

static const struct named errors[] = {
	{"EACCES", EACCES},
	{"EAGAIN", EAGAIN},
	{"EBADF", EBADF},
	{"EBUSY", EBUSY},
	{"ECONNREFUSED", ECONNREFUSED},
	{"EHOSTUNREACH", EHOSTUNREACH},
	{"EINTR", EINTR},
	{"EINVAL", EINVAL},
	{"EIO", EIO},
	{"EMSGSIZE", EMSGSIZE},
	{"ENETDOWN", ENETDOWN},
	{"ENETUNREACH", ENETUNREACH},
	{"ENOBUFS", ENOBUFS},
	{"ENOMEM", ENOMEM},
	{"ENOSYS", ENOSYS},
	{"EPERM", EPERM},
};

struct rule {
	const struct named *call;
	int error;
	uint64_t first; /* 0 while it waits for the pipe */
	uint64_t count;
	uint64_t made, failed;
};

static struct rule rules[RULES_MAX];
static size_t rule_count;

static void die(const char *what)
{
	fprintf(stderr, "failing: %s: %s\n", what, strerror(errno));
	_exit(77);
}

static const struct named *find(
	const struct named *table, size_t n, const char *name, size_t bytes)
{
	for (; n > 0; n--, table++)
		if (strlen(table->name) == bytes &&
			memcmp(table->name, name, bytes) == 0)
			return table;
	return NULL;
}

/* CALL=ERRNO[,FIRST[,COUNT]] */
static void add_rule(const char *text)
{
	const char *error = strchr(text, '=');
	const struct named *call = NULL, *value = NULL;
	struct rule *r = &rules[rule_count++];

	if (error)
		call = find(calls, sizeof(calls) / sizeof(*calls), text,
			(size_t)(error - text));
	if (call)
		value = find(errors, sizeof(errors) / sizeof(*errors),
			error + 1, strcspn(error + 1, ","));
	if (!value || rule_count == RULES_MAX) {
		fprintf(stderr, "failing: %s is no rule\n", text);
		_exit(2);
	}
	*r = (struct rule){call, value->number, 1, UINT64_MAX, 0, 0};
	text = strchr(error, ',');
	if (text && strncmp(text, ",go", 3) == 0) {
		r->first = 0;
		text += 3;
	} else if (text) {
		r->first = strtoull(text + 1, (char **)&text, 10);
	}
	if (text && *text == ',')
		r->count = strtoull(text + 1, NULL, 10);
}

/* The descriptor at which the calls are asked for. */
static int install(void)
{
	struct sock_filter code[2 * RULES_MAX + 2];
	struct sock_fprog program = {.filter = code};
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < rule_count; i++) {
		code[n++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				(uint32_t)rules[i].call->number, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("PR_SET_NO_NEW_PRIVS");
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* libc asks the kernel for the host's addresses by netlink, before the program
 * does what is tested. */
static bool is_of_libc(const struct seccomp_data *d)
{
	if (d->nr == SYS_recvmsg)
		return d->args[2] == 0; /* flags */
	return d->nr == SYS_sendto &&
	       d->args[5] == sizeof(struct sockaddr_nl); /* of the address */
}

static bool has_gone(int go)
{
	struct pollfd p = {.fd = go, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static void answer(int listener, int go, const struct seccomp_notif *ask)
{
	struct seccomp_notif_resp say = {
		.id = ask->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	for (size_t i = 0; i < rule_count; i++) {
		struct rule *r = &rules[i];

		if (r->call->number != ask->data.nr || is_of_libc(&ask->data))
			continue;
		r->made++;
		if (r->first == 0 && has_gone(go))
			r->first = r->made;
		if (r->first == 0 || r->made < r->first ||
			r->made - r->first >= r->count)
			continue;
		r->failed++;
		say.flags = 0;
		say.error = -r->error;
	}
	/* The thread may be gone. */
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &say);
}

/* Until the last of the program's threads has ended. */
static void attend(int listener, int go)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};

	while (poll(&p, 1, -1) > 0 && p.revents & POLLIN) {
		struct seccomp_notif ask = {0};

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask) == 0)
			answer(listener, go, &ask);
	}
}

/* The pipes of whoever started this must not be held open by it. */
static void keep_only(const int *kept, size_t count)
{
	unsigned first = 0;

	if (unshare(CLONE_FILES))
		die("unshare");
	for (;;) {
		unsigned next = ~0U;

		for (size_t i = 0; i < count; i++)
			if (kept[i] >= (int)first && (unsigned)kept[i] < next)
				next = (unsigned)kept[i];
		if (next > first)
			close_range(first, next == ~0U ? next : next - 1, 0);
		if (next == ~0U)
			return;
		first = next + 1;
	}
}

/* Shares its parent's descriptors, and is told which is the filter's. */
static void supervise(int pipe, int log, int go)
{
	int listener;

	if (read(pipe, &listener, sizeof(listener)) != sizeof(listener) ||
		listener < 0)
		_exit(1);
	keep_only((int[]){log, go, listener}, 3);
	attend(listener, go);
	for (size_t i = 0; i < rule_count && log >= 0; i++)
		dprintf(log, "%s %llu %llu\n", rules[i].call->name,
			(unsigned long long)rules[i].made,
			(unsigned long long)rules[i].failed);
	_exit(0);
}

/* "NAME FD" where it is next among the arguments; else -1. The program does not
 * get the descriptor. */
static int descriptor(char **argv, int *i, const char *name)
{
	int fd = -1;

	if (argv[*i] && argv[*i + 1] && strcmp(argv[*i], name) == 0) {
		fd = atoi(argv[*i + 1]);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		*i += 2;
	}
	return fd;
}

int main(int argc, char **argv)
{
	int i = 1, log, go, told[2], listener;
	long child;

	log = descriptor(argv, &i, "--log");
	go = descriptor(argv, &i, "--go");
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		add_rule(argv[i]);
	if (i + 1 >= argc || pipe2(told, O_CLOEXEC))
		die("no program");
	child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		supervise(told[0], log, go);
	if (child < 0)
		die("clone");
	listener = install();
	if (write(told[1], &listener, sizeof(listener)) != sizeof(listener))
		die("write");
	if (listener < 0)
		die("seccomp");
	execvp(argv[i + 1], argv + i + 1);
	die(argv[i + 1]);
}
