/* SPDX-License-Identifier: MIT */
#include "cli/args/key.h"

#include "cli/args/named_file.h"
#include "cli/args/verb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_AND_OTHERS 077

#define FAILS __attribute__((noreturn, format(printf, 3, 4)))

static FAILS void fail(
	enum exit_code code, const char *verb, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: --key: ", verb);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit((int)code);
}

/*
 * Whoever may write to the file says who may load us, or which servers we take
 * for willing. A pipe has bits, which mkfifo(1) gives to others as well, but
 * belongs to whoever started us, by sudo(8) perhaps.
 */
static void check_owner(int fd, const char *verb, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		fail(EXIT_USAGE, verb, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		fail(EXIT_USAGE, verb, "%s is neither a file nor a pipe", path);
	if (S_ISREG(st.st_mode) && st.st_uid != 0 && st.st_uid != geteuid())
		fail(EXIT_USAGE, verb,
			"%s belongs to user %u, who could change it; chown it "
			"to yourself (user %u) or to root",
			path, st.st_uid, geteuid());
	if (st.st_mode & GROUP_AND_OTHERS)
		fail(EXIT_USAGE, verb,
			"%s is open to others than its owner (mode %04o); "
			"chmod 600 %s, if nobody has read it",
			path, st.st_mode & 07777, path);
}

void key_read(struct mac_key *out, const char *verb, const char *path)
{
	uint8_t text[MAC_SECRET_MOST + 1];
	ssize_t bytes;
	int fd, error;

	if (!mac_available())
		fail(EXIT_SYSTEM, verb,
			"this build is without keys; install libsodium-dev and "
			"build again");
	/* No core file has it, and no other process of this user reads it; nor
	 * is it swapped out, as far as that is allowed. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		fail(EXIT_SYSTEM, verb, "PR_SET_DUMPABLE: %s", strerror(errno));
	(void)mlock(out, sizeof(*out));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		fail(EXIT_USAGE, verb, "%s: %s", path, strerror(errno));
	check_owner(fd, verb, path);
	bytes = named_file_fill(fd, (char *)text, sizeof(text));
	close(fd);
	if (bytes == -ETIMEDOUT)
		fail(EXIT_USAGE, verb, "%s: %s", path, NAMED_FILE_ENDLESS);
	if (bytes < 0)
		fail(EXIT_USAGE, verb, "%s: %s", path, strerror((int)-bytes));
	error = mac_key_read(out, text, (size_t)bytes);
	explicit_bzero(text, sizeof(text));
	if (error == -EMSGSIZE)
		fail(EXIT_USAGE, verb,
			"%s holds no %d to %d bytes; head -c 32 /dev/urandom "
			"makes a key",
			path, MAC_SECRET_LEAST, MAC_SECRET_MOST);
	if (error == -EINVAL)
		fail(EXIT_USAGE, verb,
			"%s holds an odd number of hexadecimal digits: one is "
			"lost",
			path);
	if (error)
		fail(EXIT_SYSTEM, verb, "libsodium: %s", strerror(-error));
}
