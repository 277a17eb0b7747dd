/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILE_MOST (32u << 20) /* bytes that a program may write to a file */
#define KILL_MS   10000
#define MS        1000000u

static char path[] = "PATH=/bin:/sbin:/usr/bin:/usr/sbin", home[] = "HOME=/";
static char *const environment[] = {path, home, NULL};

/* A server and what loads it. */
static struct process *running[2];

static sigset_t child_ended(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return set;
}

int process_init(void)
{
	sigset_t set = child_ended();

	return sigprocmask(SIG_BLOCK, &set, NULL) ? -errno : 0;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

void sleep_ms(uint64_t ms)
{
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000 * MS)};

	(void)nanosleep(&t, NULL);
}

static void collect(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < 2; i++)
			if (running[i] && running[i]->pid == pid) {
				running[i]->status = status;
				running[i]->ended = true;
				running[i] = NULL;
			}
}

static int put_at(int fd, const char *name)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || dup2(file, fd) < 0)
		return -errno;
	return close(file) ? -errno : 0;
}

static int set_policy(int fifo)
{
	const struct sched_param parameters = {.sched_priority = fifo};

	if (fifo == 0)
		return 0;
	return sched_setscheduler(0, SCHED_FIFO, &parameters) ? -errno : 0;
}

static int become(char *const argv[], const struct process_config *config)
{
	struct rlimit limit = {FILE_MOST, FILE_MOST};
	sigset_t set = child_ended();
	int error = put_at(STDOUT_FILENO, config->out);

	if (!error)
		error = put_at(STDERR_FILENO, config->err);
	if (!error)
		error = set_policy(config->fifo);
	if (!error && (setrlimit(RLIMIT_FSIZE, &limit) ||
			      sigprocmask(SIG_UNBLOCK, &set, NULL)))
		error = -errno;
	if (!error)
		execve(argv[0], argv, environment);
	return error ? error : -errno;
}

/* The errno that the child could not become the program with; 0: it has, and
 * the pipe is closed. */
static int hear(int fd)
{
	int error = 0;

	if (read(fd, &error, sizeof(error)) != sizeof(error))
		error = 0;
	close(fd);
	return error;
}

static int enlist(struct process *p)
{
	for (size_t i = 0; i < 2; i++)
		if (!running[i]) {
			running[i] = p;
			return 0;
		}
	return -EBUSY;
}

int process_start(struct process *p, char *const argv[],
	const struct process_config *config)
{
	int ends[2], error;

	*p = (struct process){0};
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	p->pid = fork();
	if (p->pid == 0) {
		error = become(argv, config);
		(void)!write(ends[1], &error, sizeof(error));
		_exit(127);
	}
	error = p->pid < 0 ? -errno : enlist(p);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return error;
	}
	error = hear(ends[0]);
	if (error)
		process_kill(p);
	return error;
}

bool process_has_ended(struct process *p)
{
	collect();
	return p->ended;
}

int process_wait(struct process *p, uint64_t bound_ms)
{
	uint64_t end_ns = now_ns() + bound_ms * MS, now;
	sigset_t set = child_ended();

	while (!process_has_ended(p)) {
		struct timespec t;

		now = now_ns();
		if (now >= end_ns)
			return -ETIMEDOUT;
		t = (struct timespec){(time_t)((end_ns - now) / (1000 * MS)),
			(long)((end_ns - now) % (1000 * MS))};
		(void)sigtimedwait(&set, NULL, &t);
	}
	return 0;
}

void process_kill(struct process *p)
{
	if (p->ended || p->pid <= 0)
		return;
	(void)kill(p->pid, SIGKILL);
	(void)process_wait(p, KILL_MS);
}

int process_code(const struct process *p)
{
	return WIFSIGNALED(p->status) ? 128 + WTERMSIG(p->status)
				      : WEXITSTATUS(p->status);
}
