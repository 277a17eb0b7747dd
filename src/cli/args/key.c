/* SPDX-License-Identifier: MIT */
#include "cli/args/key.h"

#include "cli/args/named_file.h"
#include "cli/args/usage.h"
#include "cli/print/say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_AND_OTHERS 077

/*
 * Whoever can write to the file decides who may load us, or which servers we
 * take to consent. The mode of a pipe is not a reason to refuse its owner:
 * mkfifo(1) gives permissions to others as well, and a pipe belongs to whoever
 * started us, perhaps by sudo(8).
 */
static void check_owner(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		usage_error("key", "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		usage_error("key", "%s is neither a file nor a pipe", path);
	if (S_ISREG(st.st_mode) && st.st_uid != 0 && st.st_uid != geteuid())
		usage_error("key",
			"%s belongs to user %u, who could change it; chown it "
			"to yourself (user %u) or to root",
			path, st.st_uid, geteuid());
	if (st.st_mode & GROUP_AND_OTHERS)
		usage_error("key",
			"%s is accessible to others than its owner (mode "
			"%04o); run chmod 600 %s if nobody else has read it",
			path, st.st_mode & 07777, path);
}

void key_read(struct mac_key *out, const char *path)
{
	uint8_t text[MAC_SECRET_MOST + 1];
	ssize_t bytes;
	int fd, error;

	if (!mac_available())
		say_exit(EXIT_SYSTEM,
			"--key: this build does not support keys; "
			"install libsodium-dev and build again");
	/* Keeps the key out of core files and away from other processes of this
	 * user; and out of swap, as far as that is allowed. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		say_exit(EXIT_SYSTEM, "--key: PR_SET_DUMPABLE: %s",
			strerror(errno));
	(void)mlock(out, sizeof(*out));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		usage_error("key", "%s: %s", path, strerror(errno));
	check_owner(fd, path);
	bytes = named_file_fill(fd, (char *)text, sizeof(text));
	close(fd);
	if (bytes == -ETIMEDOUT)
		usage_error("key", "%s: %s", path, NAMED_FILE_ENDLESS);
	if (bytes < 0)
		usage_error("key", "%s: %s", path, strerror((int)-bytes));
	error = mac_key_read(out, text, (size_t)bytes);
	explicit_bzero(text, sizeof(text));
	if (error == -EMSGSIZE)
		usage_error("key",
			"%s does not hold %d to %d bytes; make a key with head "
			"-c 32 /dev/urandom",
			path, MAC_SECRET_LEAST, MAC_SECRET_MOST);
	if (error == -EINVAL)
		usage_error("key",
			"%s holds an odd number of hexadecimal digits: one is "
			"missing",
			path);
	if (error)
		say_exit(EXIT_SYSTEM, "--key: libsodium: %s", strerror(-error));
}
