/* SPDX-License-Identifier: MIT */
/*
 * Uses the system calls directly: there is only one mask to set, and a library
 * would be optional, so a build could lack what is promised.
 */
#include "cli/process/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

struct sets {
	struct __user_cap_data_struct half[_LINUX_CAPABILITY_U32S_3];
};

static int get(struct sets *s)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capget, &h, s->half) ? -errno : 0;
}

static int set(const struct sets *s)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capset, &h, s->half) ? -errno : 0;
}

uint64_t privilege_sockets(void)
{
	return BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW) |
	       BIT(CAP_NET_BIND_SERVICE);
}

uint64_t privilege_namespaces(void)
{
	return BIT(CAP_SYS_ADMIN);
}

/* Could we write to this folder without any capabilities? */
static bool may_write(const char *folder)
{
	struct sets before, without;
	bool may;

	if (get(&before))
		return true;
	without = before;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		without.half[i].effective = 0;
	if (set(&without))
		return true;
	may = faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
	return set(&before) == 0 && may;
}

uint64_t privilege_to_remove(const char *path)
{
	char *folder = path ? strdup(path) : NULL;
	char *slash = folder ? strrchr(folder, '/') : NULL;
	bool may;

	if (!folder)
		return 0;
	if (slash)
		slash[slash == folder] = '\0';
	may = may_write(slash ? folder : ".");
	free(folder);
	return may ? 0 : BIT(CAP_DAC_OVERRIDE);
}

/* A filter may deny capset(2) even to a process with nothing to give up:
 * systemd's group @privileged includes it. */
static int lower(uint64_t keep)
{
	struct sets s, less;
	int error = get(&s);

	if (error)
		return error;
	less = s;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t kept = (uint32_t)(keep >> 32 * i);

		less.half[i].effective &= kept;
		less.half[i].permitted &= kept;
		less.half[i].inheritable &= kept;
	}
	return memcmp(&s, &less, sizeof(s)) == 0 ? 0 : set(&less);
}

int privilege_drop(uint64_t keep, char *why, size_t why_bytes)
{
	int error = lower(keep);

	if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		error = -errno;
	if (error)
		snprintf(why, why_bytes, "giving up privileges: %s",
			strerror(-error));
	return error;
}
