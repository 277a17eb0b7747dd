/* SPDX-License-Identifier: MIT */
/* What the writer does to the file system. */
#include "export/writer.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/udpmill-writer.XXXXXX";
static char elsewhere[64]; /* in the folder */
static char target[64];    /* another place in it */
static char shm[64];       /* the registry */
static char registry[96];  /* the name by the pid in it */
static struct writer *writer;
static struct segment_image image;
static char why[256];

static union address bound[1025];
static struct writer_config config = {
	.version = "0",
	.service = "echo",
	.backend = "mem",
	.config = "{}",
	.endpoints = bound,
	.endpoint_count = 1,
	.workers = 2,
};

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/counters", folder);
	snprintf(target, sizeof(target), "%s/target", folder);
	snprintf(shm, sizeof(shm), "%s/shm", folder);
	cr_assert(mkdir(shm, 0755) == 0);
	snprintf(registry, sizeof(registry), "%s/udpmill.%d", shm,
		(int)getpid());
	config.registry = shm;
	for (size_t i = 0; i < COUNT(bound); i++)
		cr_assert(address_parse(&bound[i], "127.0.0.1:3001") == 0);
	segment_make(&image, NULL);
}

static void tear_down(void)
{
	writer_close(writer);
	remove(registry);
	remove(elsewhere);
	remove(target);
	rmdir(shm);
	rmdir(folder);
}

TestSuite(writer, .init = set_up, .fini = tear_down);

static int try_open(const char *path)
{
	config.path = path;
	memset(why, 0, sizeof(why));
	return writer_open(&writer, &config, why, sizeof(why));
}

static void open_at(const char *path)
{
	int error = try_open(path);

	cr_assert(error == 0, "%s: %s", path ? path : "default", why);
}

/* No writer, a reason, and nothing left where this writer would write. */
static void refuse_at(const char *path, const char *blamed)
{
	int error = try_open(path);

	cr_assert(error == -EEXIST, "%s: %d", blamed, error);
	cr_assert(strstr(why, blamed), "%s", why);
	cr_assert(writer == NULL);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode;
}

/* Does path lead to what this writer wrote? */
static bool is_ours(const char *path)
{
	struct reader *r;
	bool ours;

	writer_ready(writer);
	if (reader_open(&r, path, why, sizeof(why)))
		return false;
	ours = reader_about(r)->pid == getpid();
	reader_close(r);
	return ours;
}

/* Is the hand-made segment still at path? */
static bool is_made(const char *path)
{
	struct segment_header h = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	cr_assert(read(fd, &h, sizeof(h)) == sizeof(h));
	close(fd);
	return h.pid == segment_usual.pid;
}

static void make_stale(const char *path)
{
	close(segment_put(path, image.data, image.bytes));
}

static int make_live(const char *path)
{
	int fd = segment_put(path, image.data, image.bytes);

	segment_hold(fd);
	return fd;
}

Test(writer, makes_a_file_in_the_registry)
{
	open_at(NULL);
	cr_assert_str_eq(writer_path(writer), registry);
	cr_assert(S_ISREG(mode_of(registry)));
	cr_assert(is_ours(registry));
}

Test(writer, lets_everybody_read_and_nobody_else_write)
{
	umask(0);
	open_at(NULL);
	cr_assert((mode_of(registry) & 07777) == 0644);
}

Test(writer, holds_the_lock_until_it_is_closed)
{
	int fd;

	open_at(NULL);
	fd = open(registry, O_RDONLY | O_CLOEXEC);
	cr_assert(flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK);
	writer_close(writer);
	writer = NULL;
	cr_assert(flock(fd, LOCK_SH | LOCK_NB) == 0);
	close(fd);
}

Test(writer, is_not_ready_until_told)
{
	struct reader *r;

	open_at(NULL);
	cr_assert(reader_open(&r, registry, why, sizeof(why)) == -EAGAIN);
	writer_ready(writer);
	cr_assert(reader_open(&r, registry, why, sizeof(why)) == 0, "%s", why);
	reader_close(r);
}

/* A page that is missing when a worker counts would be a fatal signal. */
Test(writer, takes_its_room_at_once)
{
	struct stat st;

	open_at(NULL);
	cr_assert(stat(registry, &st) == 0);
	cr_assert(st.st_blocks * 512 >= st.st_size);
}

Test(writer, gives_each_worker_cache_lines_of_its_own)
{
	open_at("none");
	cr_assert((uintptr_t)writer_worker(writer, 0) % 64 == 0);
	cr_assert((char *)writer_worker(writer, 1) -
			  (char *)writer_worker(writer, 0) >=
		  (ptrdiff_t)sizeof(struct counters));
	counter_add(writer_worker(writer, 0), COUNTER_PUBLISHED, 1);
	cr_assert(
		counter_get(writer_worker(writer, 1), COUNTER_PUBLISHED) == 0);
}

Test(writer, of_memory_only_makes_no_file)
{
	open_at("none");
	cr_assert(writer_path(writer) == NULL);
	writer_ready(writer);
	cr_assert(mode_of(registry) == 0);
	cr_assert(mode_of("none") == 0);
}

Test(writer, elsewhere_is_linked_from_the_registry)
{
	char text[256] = "", *real = realpath(folder, NULL);

	open_at(elsewhere);
	cr_assert_str_eq(writer_path(writer), elsewhere);
	cr_assert(S_ISREG(mode_of(elsewhere)));
	cr_assert(readlink(registry, text, sizeof(text) - 1) > 0);
	cr_assert(real && strncmp(text, real, strlen(real)) == 0, "%s", text);
	cr_assert(is_ours(registry));
	free(real);
}

Test(writer, of_a_relative_path_is_linked_by_the_whole)
{
	cr_assert(chdir(folder) == 0);
	open_at("counters");
	cr_assert(is_ours(registry));
	cr_assert(chdir("/") == 0);
	cr_assert(is_ours(registry));
	cr_assert(chdir(folder) == 0);
}

Test(writer, closed_takes_its_file_away)
{
	open_at(NULL);
	writer_close(writer);
	writer = NULL;
	cr_assert(mode_of(registry) == 0);
}

Test(writer, closed_takes_its_file_elsewhere_and_the_link_away)
{
	open_at(elsewhere);
	writer_close(writer);
	writer = NULL;
	cr_assert(mode_of(elsewhere) == 0);
	cr_assert(mode_of(registry) == 0);
	writer_close(NULL);
}

Test(writer, replaces_a_stale_file)
{
	make_stale(elsewhere);
	open_at(elsewhere);
	cr_assert(is_ours(elsewhere));
}

Test(writer, replaces_the_file_of_a_server_that_was_killed)
{
	int ready[2], status;
	char byte;
	pid_t child;

	cr_assert(pipe(ready) == 0);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		byte = try_open(elsewhere) == 0;
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	cr_assert(read(ready[0], &byte, 1) == 1 && byte == 1);
	refuse_at(elsewhere, elsewhere);
	kill(child, SIGKILL);
	cr_assert(waitpid(child, &status, 0) == child);
	open_at(elsewhere);
	cr_assert(is_ours(elsewhere));
	snprintf(target, sizeof(target), "%.40s/udpmill.%d", shm, (int)child);
	cr_assert(unlink(target) == 0);
}

Test(writer, keeps_the_file_of_a_live_server)
{
	int fd = make_live(elsewhere);

	refuse_at(elsewhere, elsewhere);
	cr_assert(strstr(why, "a running server"), "%s", why);
	cr_assert(is_made(elsewhere));
	cr_assert(mode_of(registry) == 0);
	close(fd);
}

Test(writer, finds_another_name_beside_its_own_first_file)
{
	struct writer *first;

	open_at(NULL);
	first = writer;
	writer = NULL;
	open_at(NULL);
	cr_assert(
		strncmp(writer_path(writer), registry, strlen(registry)) == 0);
	cr_assert(strlen(writer_path(writer)) > strlen(registry));
	writer_close(first);
}

Test(writer, keeps_another_file)
{
	close(segment_put(elsewhere, "precious", 8));
	refuse_at(elsewhere, elsewhere);
	cr_assert(strstr(why, "not a counter segment"), "%s", why);
	cr_assert(mode_of(elsewhere) != 0);
}

Test(writer, suggests_alternatives_to_a_missing_default_place)
{
	cr_assert(rmdir(shm) == 0);
	cr_assert(try_open(NULL) == -ENOENT);
	cr_assert(strstr(why, registry), "%s", why);
	cr_assert(strstr(why, "--counters FILE"), "%s", why);
	cr_assert(strstr(why, "--counters none"), "%s", why);
	open_at(elsewhere);
	cr_assert(writer_unlisted(writer) == -ENOENT);
	cr_assert(is_ours(elsewhere));
}

/* A name of an interface is not known elsewhere, and a reader that cannot
 * parse it takes the whole segment for damaged. */
Test(writer, writes_scopes_that_every_namespace_can_read)
{
	struct segment_header h;
	char text[SEGMENT_ENDPOINT];
	int fd;

	cr_assert(address_parse(&bound[0], "[fe80::1%lo]:3001") == 0);
	open_at(NULL);
	fd = open(registry, O_RDONLY | O_CLOEXEC);
	cr_assert(read(fd, &h, sizeof(h)) == sizeof(h));
	cr_assert(pread(fd, text, sizeof(text), h.endpoint_offset) ==
		  sizeof(text));
	cr_assert_str_eq(text, "[fe80::1%1]:3001");
	close(fd);
}

static bool opens(void)
{
	bool opened = try_open(elsewhere) == 0;
	bool taken = opened && is_ours(elsewhere);

	cr_assert(taken == opened, "%s", why);
	writer_close(writer);
	writer = NULL;
	return opened;
}

Test(writer, writes_nothing_that_the_reader_refuses)
{
	static char options[(1 << 18) + 1];

	config.endpoint_count = 1024;
	cr_assert(opens(), "%s", why);
	config.endpoint_count = 1025;
	cr_assert(!opens());
	cr_assert(strstr(why, "than a segment holds"), "%s", why);
	config.endpoint_count = 1;
	config.workers = 4097;
	cr_assert(!opens());
	config.workers = 1;
	config.config = memset(options, ' ', sizeof(options) - 2);
	cr_assert(opens(), "%s", why);
	memset(options, ' ', sizeof(options) - 1);
	cr_assert(!opens());
	config.config = "{\n}";
	cr_assert(!opens());
	cr_assert(mode_of(elsewhere) == 0 && mode_of(registry) == 0);
}

Test(writer, of_memory_only_has_no_reader_to_please)
{
	config.endpoint_count = 1025;
	open_at("none");
}

Test(writer, says_what_it_could_not_do)
{
	cr_assert(try_open("/no/such/folder/counters") == -ENOENT);
	cr_assert(strstr(why, "/no/such/folder/counters: No such file"), "%s",
		why);
	cr_assert(try_open(folder) == -EEXIST);
}
