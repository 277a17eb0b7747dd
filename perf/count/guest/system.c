/* SPDX-License-Identifier: MIT */
#include "system.h"

#include "file.h"
#include "results.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SYSCTLS      "/proc/sys/"
#define VALUE_MOST   1024
#define CPUINFO_MOST (1u << 20)

static void mount_at(const char *type, const char *where)
{
	if (mkdir(where, 0755) && errno != EEXIST)
		results_fail("%s cannot be made: %s", where, strerror(errno));
	/* A kernel may have mounted /dev by itself. */
	if (mount(type, where, type, MS_NOSUID, NULL) && errno != EBUSY)
		results_fail(
			"mounting %s at %s: %s", type, where, strerror(errno));
}

static void raise_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		results_fail(
			"the kernel makes no IPv4 socket: %s", strerror(errno));
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		results_fail("the kernel has no loopback device: %s",
			strerror(errno));
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		results_fail("the loopback device cannot be switched on: %s",
			strerror(errno));
	close(fd);
}

void system_begin(void)
{
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount_at("tmpfs", "/dev/shm");
	mount_at("tmpfs", "/run");
	mount_at("tmpfs", "/tmp");
	raise_loopback();
}

/* The words with a blank between them. */
static void join(char text[VALUE_MOST], char *const words[])
{
	size_t n = 0;

	text[0] = '\0';
	for (; *words && n < VALUE_MOST; words++)
		n += (size_t)snprintf(
			text + n, VALUE_MOST - n, "%s%s", n ? " " : "", *words);
	if (n >= VALUE_MOST)
		results_fail("\"%.40s...\" is longer than %d bytes", text,
			VALUE_MOST - 1);
}

void system_load_module(char *const words[])
{
	char parameters[VALUE_MOST];
	int fd = open(words[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		results_fail("module %s: %s", words[0], strerror(errno));
	join(parameters, words + 1);
	if (syscall(SYS_finit_module, fd, parameters, 0) && errno != EEXIST)
		results_fail("module %s cannot be loaded: %s; is it of this "
			     "kernel?",
			words[0], strerror(errno));
	close(fd);
}

/* As in sysctl(8), the first separator of the key decides: names of interfaces
 * may contain dots. */
static void find_key(char path[VALUE_MOST], const char *key)
{
	size_t first = strcspn(key, "./"), n = strlen(key);
	char *c = path + strlen(SYSCTLS);

	if (strlen(SYSCTLS) + n >= VALUE_MOST || strstr(key, ".."))
		results_fail("sysctl %.40s: there is none", key);
	/* No "%s": where sanitizers check for NULL, gcc 12 warns of it. */
	memcpy(path, SYSCTLS, strlen(SYSCTLS));
	memcpy(c, key, n + 1);
	if (key[first] == '/')
		return;
	for (; *c; c++)
		*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
}

void system_set(char *const words[])
{
	char path[VALUE_MOST], value[VALUE_MOST];
	int error;

	find_key(path, words[0]);
	join(value, words + 1);
	error = file_write(path, value);
	if (error)
		results_fail("sysctl %s = %s: %s", words[0], value,
			strerror(-error));
}

static bool handles_softirqs(const char *pid)
{
	char path[64], *name = NULL;
	size_t bytes;
	bool does;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	/* It may have ended meanwhile. */
	if (file_read(path, VALUE_MOST, &name, &bytes))
		return false;
	does = strncmp(name, "ksoftirqd/", strlen("ksoftirqd/")) == 0;
	free(name);
	return does;
}

void system_raise_softirqs(int priority)
{
	const struct sched_param parameters = {.sched_priority = priority};
	DIR *all = opendir("/proc");
	const struct dirent *e;
	unsigned found = 0;

	if (!all)
		results_fail("/proc: %s", strerror(errno));
	while ((e = readdir(all))) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
			!handles_softirqs(e->d_name))
			continue;
		if (sched_setscheduler(
			    (pid_t)atoi(e->d_name), SCHED_FIFO, &parameters))
			results_fail("policy of softirqs: %s", strerror(errno));
		found++;
	}
	closedir(all);
	if (!found)
		results_fail("policy of softirqs: there is no ksoftirqd");
}

/* From /proc/cpuinfo: "model name : ...". */
static void find_model(char model[VALUE_MOST])
{
	char *text, *line;
	size_t bytes;

	snprintf(model, VALUE_MOST, "unknown");
	if (file_read("/proc/cpuinfo", CPUINFO_MOST, &text, &bytes))
		return;
	line = strstr(text, "model name");
	line = line ? strchr(line, ':') : NULL;
	if (line)
		snprintf(model, VALUE_MOST, "%.*s",
			(int)strcspn(line + 2, "\n"), line + 2);
	free(text);
}

void system_tell(void)
{
	char model[VALUE_MOST];
	struct utsname u;

	if (uname(&u))
		results_fail("uname: %s", strerror(errno));
	find_model(model);
	results_say("hello", "%s\n%s\n%s\n", u.release, u.version, model);
}
