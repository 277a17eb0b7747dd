/* SPDX-License-Identifier: MIT */
/*
 * Registries: whatever is in a folder that anybody may write to, its list has
 * only live segments, each once, whose answers callers can rely on; leftovers
 * can be removed; and a writer finds a place in it.
 */
#include "export/left.h"
#include "export/reader.h"
#include "export/writer.h"
#include "fuzz.h"
#include "oracle/segment.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An input is a row of these, each something that somebody puts there. */
struct deed {
	uint8_t kind, name, other, owner;
	uint8_t at[2], how, value;
};

enum kind {
	KIND_LIVE,
	KIND_DAMAGED,
	KIND_STALE,
	KIND_HARD_LINK,
	KIND_LINK,
	KIND_LINK_OUT,
	KIND_TEXT,
	KIND_EMPTY,
	KIND_SPARSE,
	KIND_PIPE,
	KIND_FOLDER,
	KIND_SECRET,
	KINDS,
};

#define DEEDS_MAX 64
#define NAMES     32

const struct fuzz_sample fuzz_samples[] = {
	SAMPLE("\0\1\0\0\0\0\0\0"),
	SAMPLE("\0\1\0\0\0\0\0\0\3\2\1\0\0\0\0\0\4\3\1\0\0\0\0\0"),
	SAMPLE("\0\1\0\1\0\0\0\0\2\2\0\0\0\0\0\0\7\0\0\0\0\0\0\0"),
	SAMPLE("\1\1\0\0\x4c\0\1\5\5\2\1\0\0\0\0\0\x9\3\0\0\0\0\0\0"),
	SAMPLE("\6\0\0\0\0\0\0\0\x8\2\0\0\0\0\0\0\xb\3\0\0\0\0\0\0"),
	{NULL, 0},
};

static char folder[] = "/dev/shm/fuzz-registry.XXXXXX";
static int folder_fd = -1;
static int held[DEEDS_MAX];
static size_t held_count;

/* Some are the names of this process's own segment. */
static const char *name_of(uint8_t which, char name[64])
{
	static const char *const odd[] = {"udpmill.", "udpmill.0", "udpmill.01",
		"udpmill.7x", "udpmill.2147483648", "udpmill.7.7.7", "other",
		"udpmill.99999999999999999999"};
	int pid = (int)getpid();

	which %= NAMES;
	if (which == 0)
		snprintf(name, 64, "udpmill.%d", pid);
	else if (which == 1)
		snprintf(name, 64, "udpmill.%d.7", pid);
	else if (which < 16)
		snprintf(name, 64, "udpmill.%u", which);
	else if (which < 24)
		snprintf(name, 64, "udpmill.%u.%u", which, which);
	else
		snprintf(name, 64, "%s", odd[which - 24]);
	return name;
}

static void damage(struct segment_image *image, const struct deed *d)
{
	size_t at = ((size_t)d->at[0] | (size_t)d->at[1] << 8) % image->bytes;

	switch (d->how % 4) {
	case 0:
		image->data[at] = d->value;
		break;
	case 1:
		image->data[at % sizeof(struct segment_header)] ^= d->value;
		break;
	case 2:
		memset(image->data + at, d->value,
			image->bytes - at < 4 ? image->bytes - at : 4);
		break;
	default:
		image->bytes = at;
	}
}

static void put_segment(const char *name, const struct deed *d)
{
	struct segment_plan plan = {
		.pid = d->value + 1, .started_ns = d->other + 1u};
	static struct segment_image image;
	int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL, 0644);

	if (fd < 0)
		return;
	segment_make(&image, &plan);
	if (d->kind % KINDS == KIND_DAMAGED)
		damage(&image, d);
	CHECK(write(fd, image.data, image.bytes) == (ssize_t)image.bytes);
	if (d->kind % KINDS == KIND_SPARSE)
		CHECK(ftruncate(fd, 1ll << 33) == 0);
	if (d->kind % KINDS == KIND_STALE) {
		close(fd);
		return;
	}
	segment_hold(fd);
	held[held_count++] = fd;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
	int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL, mode);

	if (fd < 0)
		return;
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void put_link_out(const char *name, uint8_t which)
{
	static const char *const targets[] = {"/dev/zero", "/proc/kmsg",
		"/proc/self/environ", "/no/such/file", "/dev/null/x", ".", "..",
		"/"};

	(void)!symlinkat(targets[which % 8], folder_fd, name);
}

/* Names that are taken make some of it fail, and so do rights. */
static void put(const struct deed *d)
{
	char name[64], other[64];

	name_of(d->name, name);
	name_of(d->other, other);
	switch ((enum kind)(d->kind % KINDS)) {
	case KIND_HARD_LINK:
		(void)!linkat(folder_fd, other, folder_fd, name, 0);
		return;
	case KIND_LINK:
		(void)!symlinkat(other, folder_fd, name);
		break;
	case KIND_LINK_OUT:
		put_link_out(name, d->other);
		break;
	case KIND_TEXT:
		put_file(name, "precious", 0644);
		break;
	case KIND_EMPTY:
		put_file(name, "", 0644);
		break;
	case KIND_PIPE:
		(void)!mkfifoat(folder_fd, name, 0644);
		break;
	case KIND_FOLDER:
		(void)!mkdirat(folder_fd, name, 0755);
		break;
	case KIND_SECRET:
		put_file(name, "precious", 0);
		break;
	default:
		put_segment(name, d);
	}
	if (d->owner % 4 == 1 && geteuid() == 0)
		(void)!fchownat(folder_fd, name, 1000u + d->owner, 1000,
			AT_SYMLINK_NOFOLLOW);
}

static bool in_folder(const char *path)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/' &&
	       segment_name(path + n + 1, NULL);
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

/* Of them all are one's own or root's: no socket has the plan's addresses. */
static void check_list(const char *expected)
{
	struct reader_list list;
	bool found = !expected;

	CHECK(reader_list_open_in(&list, folder, 0) == 0);
	CHECK(list.count + list.doubtful_count <= held_count + 1);
	for (size_t i = 0; i < list.count; i++) {
		const struct reader_about *a = reader_about(list.readers[i]);

		CHECK(in_folder(a->path));
		CHECK(a->owner == 0 || a->owner == geteuid());
		for (size_t k = 0; k < i; k++)
			CHECK(!same_file(
				a->path, reader_about(list.readers[k])->path));
		found |= expected && same_file(a->path, expected);
	}
	CHECK(found);
	for (size_t i = 0; i < list.doubtful_count; i++)
		CHECK(reader_about(list.doubtful[i])->owner >= 1000);
	reader_list_close(&list);
}

static void check_readers(void)
{
	struct reader_list list;
	char why[80];

	CHECK(reader_list_open_in(&list, folder, 0) == 0);
	for (size_t i = 0; i < list.count; i++)
		if (reader_resume(list.readers[i], why, sizeof(why)) == 0)
			CHECK(segment_fault(list.readers[i]) == NULL);
		else
			CHECK(strstr(why, "damaged"));
	reader_list_close(&list);
}

static void check_writer(const char *path)
{
	struct writer_config config = {
		.path = path,
		.registry = folder,
		.version = "0",
		.service = "echo",
		.backend = "mem",
		.config = "{}",
		.workers = 1,
	};
	struct writer *w;
	char why[512], name[64];

	CHECK(writer_open(&w, &config, why, sizeof(why)) == 0);
	writer_ready(w);
	CHECK(writer_unlisted(w) == 0);
	snprintf(name, sizeof(name), "%s", writer_path(w));
	check_list(name);
	writer_close(w);
	CHECK(access(name, F_OK) != 0);
}

static void check_left(void)
{
	struct left_list left;

	CHECK(left_list_open(&left, folder) == 0);
	for (size_t i = 0; i < left.count; i++)
		CHECK(left_remove(folder, left.names[i].name) == 0);
	left_list_close(&left);
	CHECK(left_list_open(&left, folder) == 0);
	CHECK(left.count == 0);
	left_list_close(&left);
}

static void clear_folder(void)
{
	int again = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fdopendir(again);
	struct dirent *e;

	CHECK(dir);
	while ((e = readdir(dir)))
		if (unlinkat(folder_fd, e->d_name, 0))
			(void)!unlinkat(folder_fd, e->d_name, AT_REMOVEDIR);
	closedir(dir);
	while (held_count)
		close(held[--held_count]);
}

static void remove_folder(void)
{
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char counters[64];
	struct deed deed;

	if (folder_fd < 0) {
		CHECK(mkdtemp(folder));
		atexit(remove_folder);
		folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		CHECK(folder_fd >= 0);
	}
	for (size_t i = 0; i < DEEDS_MAX; i++) {
		if ((i + 1) * sizeof(deed) > bytes)
			break;
		memcpy(&deed, data + i * sizeof(deed), sizeof(deed));
		put(&deed);
	}
	check_list(NULL);
	check_readers();
	check_writer(NULL);
	snprintf(counters, sizeof(counters), "%s/counters", folder);
	check_writer(counters);
	check_left();
	clear_folder();
	return 0;
}
