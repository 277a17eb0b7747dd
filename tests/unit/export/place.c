/* SPDX-License-Identifier: MIT */
/* What is replaced and what is kept in the place of a segment. */
#include "export/place.h"

#include "oracle/segment.h"

#include <criterion/criterion.h>
#include <dirent.h>
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
static char shm[64];       /* the registry */
static char registry[96];  /* the name by the pid in it */
static struct place place;
static struct segment_image image;

static void set_up(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(elsewhere, sizeof(elsewhere), "%s/counters", folder);
	snprintf(target, sizeof(target), "%s/target", folder);
	snprintf(shm, sizeof(shm), "%s/shm", folder);
	cr_assert(mkdir(shm, 0755) == 0);
	snprintf(registry, sizeof(registry), "%s/udpmill.%d", shm,
		(int)getpid());
	segment_make(&image, NULL);
}

static void tear_down(void)
{
	place_fini(&place);
	remove(registry);
	remove(elsewhere);
	remove(target);
	rmdir(shm);
	rmdir(folder);
}

TestSuite(place, .init = set_up, .fini = tear_down);

/* As the writer does it, with a segment in the file. */
static int try_take(const char *path)
{
	int error = place_init(&place, shm, path, image.bytes);

	if (error)
		return error;
	image.header.pid = getpid();
	cr_assert(pwrite(place.file.fd, image.data, image.bytes, 0) ==
		  (ssize_t)image.bytes);
	segment_make(&image, NULL);
	error = place_publish(&place);
	return error ? error : place_register(&place);
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
		put_empty_file, put_dead_link, put_stale_link, put_link_to_text,
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

/* It is there, by a name that nobody could take before; what has the first name
 * stays. */
static void check_beside(const char *path, mode_t mode)
{
	const char *own;

	take(path);
	own = path ? place.link : place.path;
	cr_assert(strncmp(own, registry, strlen(registry)) == 0, "%s", own);
	cr_assert(own[strlen(registry)] == '.', "%s", own);
	cr_assert(segment_name(strrchr(own, '/') + 1, NULL), "%s", own);
	cr_assert(is_ours(own));
	cr_assert(mode_of(registry) == mode);
	place_fini(&place);
	cr_assert(mode_of(registry) == mode);
	cr_assert(mode_of(elsewhere) == 0);
}

/* Processes of two pid namespaces may have one pid and one /dev/shm. */
Test(place, has_another_name_where_a_live_server_has_its)
{
	int fd = make_live(registry);

	check_beside(NULL, mode_of(registry));
	check_beside(elsewhere, mode_of(registry));
	cr_assert(is_made(registry));
	close(fd);
}

Test(place, has_another_name_where_a_link_leads_to_a_live_server)
{
	int fd = make_live(target);

	cr_assert(symlink(target, registry) == 0);
	check_beside(NULL, mode_of(registry));
	check_beside(elsewhere, mode_of(registry));
	cr_assert(is_made(registry));
	close(fd);
}

Test(place, has_another_name_where_files_of_another_kind_have_its)
{
	static void (*const put[])(const char *path) = {
		put_text_file, put_likeness, put_folder, put_pipe};

	for (size_t i = 0; i < COUNT(put); i++) {
		put[i](registry);
		check_beside(NULL, mode_of(registry));
		check_beside(elsewhere, mode_of(registry));
		cr_assert(remove(registry) == 0);
	}
}

Test(place, is_readable_by_all_whatever_the_umask_is)
{
	const char *const paths[] = {NULL, elsewhere};
	mode_t old = umask(0777);

	for (size_t i = 0; i < COUNT(paths); i++) {
		take(paths[i]);
		cr_assert(mode_of(place.path) == (S_IFREG | 0644));
		place_fini(&place);
	}
	umask(old);
}

static size_t names_in(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	cr_assert(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* So that one who is killed then leaves nothing. */
Test(place, has_no_name_before_it_is_published)
{
	cr_assert(place_init(&place, shm, NULL, image.bytes) == 0);
	cr_assert(names_in(shm) == 0);
	cr_assert(place_publish(&place) == 0);
	cr_assert(names_in(shm) == 1);
}

Test(place, asked_for_its_place_in_the_registry_makes_no_link)
{
	char winding[192];

	snprintf(winding, sizeof(winding), "%s/../shm/%s", shm,
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
