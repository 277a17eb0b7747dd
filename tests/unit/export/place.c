/* SPDX-License-Identifier: MIT */
/*
 * What is replaced and what is kept where a segment is put. Each test is a
 * process of its own, so nobody else has its name in the registry.
 */
#include "export/place.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/udpmill-place.XXXXXX";
static char elsewhere[64]; /* in the folder */
static char target[64];    /* another place in it */
static char registry[READER_PATH];
static struct place place;
static struct segment_image image;

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/counters", folder);
	snprintf(target, sizeof(target), "%s/target", folder);
	reader_path_of_pid(getpid(), registry);
	segment_make(&image, NULL);
}

static void tear_down(void)
{
	place_fini(&place);
	remove(registry);
	remove(elsewhere);
	remove(target);
	rmdir(folder);
}

TestSuite(place, .init = set_up, .fini = tear_down);

/* As the writer does it, with a segment in the file. */
static int try_take(const char *path)
{
	int error = place_init(&place, path, image.bytes);

	if (error)
		return error;
	image.header.pid = getpid();
	cr_assert(pwrite(place.fd, image.data, image.bytes, 0) ==
		  (ssize_t)image.bytes);
	segment_make(&image, NULL);
	return place_register(&place);
}

static void take(const char *path)
{
	int error = try_take(path);

	cr_assert(error == 0, "%s: %d", path ? path : "default", error);
}

static void refuse(const char *path)
{
	int error = try_take(path);

	cr_assert(error == -EEXIST, "%s: %d", path ? path : "default", error);
	place_fini(&place);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode;
}

/* The pid of the segment that path leads to. */
static int32_t pid_at(const char *path)
{
	struct segment_header h = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	cr_assert(read(fd, &h, sizeof(h)) == sizeof(h));
	close(fd);
	return h.pid;
}

static bool is_ours(const char *path)
{
	return pid_at(path) == getpid();
}

static bool is_made(const char *path)
{
	return pid_at(path) == segment_usual.pid;
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

static void put_text(const char *path, const char *text)
{
	close(segment_put(path, text, strlen(text)));
}

/* Each as another program might have it at that path. */
static void put_text_file(const char *path)
{
	put_text(path, "precious");
}

static void put_empty_file(const char *path)
{
	put_text(path, "");
}

static void put_likeness(const char *path)
{
	put_text(path, "udpmill, not");
}

static void put_folder(const char *path)
{
	cr_assert(mkdir(path, 0755) == 0);
}

static void put_pipe(const char *path)
{
	cr_assert(mkfifo(path, 0644) == 0);
}

static void put_dead_link(const char *path)
{
	cr_assert(symlink("/no/such/file", path) == 0);
}

Test(place, keeps_files_of_another_kind)
{
	static void (*const put[])(const char *path) = {put_text_file,
		put_empty_file, put_likeness, put_folder, put_pipe,
		put_dead_link};

	for (size_t i = 0; i < COUNT(put); i++) {
		mode_t mode;

		put[i](elsewhere);
		mode = mode_of(elsewhere);
		refuse(elsewhere);
		cr_assert(mode_of(elsewhere) == mode, "%zu", i);
		cr_assert(mode_of(registry) == 0, "%zu", i);
		cr_assert(remove(elsewhere) == 0);
	}
}

/* What a killed server of the same pid may have left in the registry: a file,
 * or a link to what was elsewhere. */
static void put_stale_file(const char *path)
{
	make_stale(path);
}

static void put_stale_link(const char *path)
{
	make_stale(target);
	cr_assert(symlink(target, path) == 0);
}

static void put_link_to_text(const char *path)
{
	put_text(target, "precious");
	cr_assert(symlink(target, path) == 0);
}

static void put_link_to_held_text(const char *path)
{
	static int fd;

	fd = segment_put(target, "precious", 8);
	segment_hold(fd);
	cr_assert(symlink(target, path) == 0);
}

static void put_link_to_folder(const char *path)
{
	cr_assert(mkdir(target, 0755) == 0);
	cr_assert(symlink(target, path) == 0);
}

static void put_loop(const char *path)
{
	cr_assert(symlink(path, path) == 0);
}

static void put_link_through_file(const char *path)
{
	cr_assert(symlink("/dev/null/counters", path) == 0);
}

Test(place, replaces_what_is_left_over_in_the_registry)
{
	static void (*const put[])(const char *path) = {put_stale_file,
		put_dead_link, put_stale_link, put_link_to_text,
		put_link_to_held_text, put_link_to_folder, put_loop,
		put_link_through_file};
	const char *const paths[] = {NULL, elsewhere};

	for (size_t i = 0; i < COUNT(put); i++)
		for (size_t k = 0; k < COUNT(paths); k++) {
			mode_t mode;
			int error;

			put[i](registry);
			mode = mode_of(target);
			error = try_take(paths[k]);
			cr_assert(error == 0, "%zu, %zu", i, k);
			cr_assert(is_ours(registry), "%zu, %zu", i, k);
			/* the link's, which may be anybody's */
			cr_assert(mode_of(target) == mode, "%zu, %zu", i, k);
			place_fini(&place);
			cr_assert(mode_of(registry) == 0, "%zu, %zu", i, k);
			remove(target);
		}
}

Test(place, replaces_a_link_to_its_own_file)
{
	make_stale(elsewhere);
	cr_assert(symlink(elsewhere, registry) == 0);
	take(elsewhere);
	cr_assert(is_ours(registry));
	place_fini(&place);
	cr_assert(mode_of(registry) == 0);
	cr_assert(mode_of(elsewhere) == 0);
}

/* Processes of two pid namespaces may have one pid and one /dev/shm. */
Test(place, keeps_in_the_registry_a_live_server)
{
	const char *const paths[] = {NULL, elsewhere};

	for (size_t k = 0; k < COUNT(paths); k++) {
		int fd = make_live(registry);

		refuse(paths[k]);
		cr_assert(is_made(registry));
		cr_assert(mode_of(elsewhere) == 0);
		close(fd);
		cr_assert(unlink(registry) == 0);
	}
}

Test(place, keeps_in_the_registry_a_link_to_a_live_server)
{
	const char *const paths[] = {NULL, elsewhere};
	int fd = make_live(target);

	cr_assert(symlink(target, registry) == 0);
	for (size_t k = 0; k < COUNT(paths); k++) {
		refuse(paths[k]);
		cr_assert(S_ISLNK(mode_of(registry)) && is_made(registry));
		cr_assert(mode_of(elsewhere) == 0);
	}
	close(fd);
}

Test(place, keeps_in_the_registry_files_of_another_kind)
{
	static void (*const put[])(const char *path) = {put_text_file,
		put_empty_file, put_likeness, put_folder, put_pipe};
	const char *const paths[] = {NULL, elsewhere};

	for (size_t i = 0; i < COUNT(put); i++) {
		mode_t mode;

		put[i](registry);
		mode = mode_of(registry);
		for (size_t k = 0; k < COUNT(paths); k++) {
			refuse(paths[k]);
			cr_assert(mode_of(registry) == mode, "%zu", i);
			cr_assert(mode_of(elsewhere) == 0, "%zu", i);
		}
		cr_assert(remove(registry) == 0);
	}
}

Test(place, asked_for_its_place_in_the_registry_makes_no_link)
{
	char winding[96];

	snprintf(winding, sizeof(winding), "/dev/shm/../shm/%s",
		strrchr(registry, '/') + 1);
	take(winding);
	cr_assert(S_ISREG(mode_of(registry)));
	cr_assert(is_ours(registry));
	place_fini(&place);
	cr_assert(mode_of(registry) == 0);
}

Test(place, closed_keeps_a_file_that_is_anothers_by_now)
{
	int fd;

	take(elsewhere);
	cr_assert(unlink(elsewhere) == 0);
	fd = make_live(elsewhere);
	place_fini(&place);
	cr_assert(is_made(elsewhere));
	cr_assert(mode_of(registry) == 0);
	close(fd);
}

Test(place, closed_keeps_a_name_that_is_anothers_by_now)
{
	int fd = make_live(target);

	take(elsewhere);
	cr_assert(unlink(registry) == 0);
	cr_assert(symlink(target, registry) == 0);
	place_fini(&place);
	cr_assert(is_made(registry));
	cr_assert(mode_of(elsewhere) == 0);
	close(fd);
}

Test(place, closed_takes_its_link_away_when_its_file_has_gone)
{
	take(elsewhere);
	cr_assert(unlink(elsewhere) == 0);
	place_fini(&place);
	cr_assert(mode_of(registry) == 0);
}
