/* SPDX-License-Identifier: MIT */
/*
 * Prints the counters of a udpmill server, summed over its workers.
 *
 *   cc counters.c -o counters $(pkg-config --cflags udpmill-counters)
 *   ./counters /dev/shm/udpmill.PID
 */
#include <udpmill/counters.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void fail(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(1);
}

/* A file that ends early is no segment. */
static void read_at(
	int fd, void *out, size_t bytes, uint64_t offset, const char *path)
{
	if (pread(fd, out, bytes, (off_t)offset) != (ssize_t)bytes)
		fail(path, "cannot be read");
}

static struct udpmill_header read_header(int fd, const char *path)
{
	struct udpmill_header h;

	read_at(fd, &h, sizeof(h), 0, path);
	if (memcmp(h.magic, UDPMILL_MAGIC, sizeof(h.magic)) != 0)
		fail(path, "is not a counter segment");
	if (h.layout != UDPMILL_LAYOUT)
		fail(path, "has a layout that this program does not know");
	if (h.ready != 1)
		fail(path, "is not complete yet");
	return h;
}

static uint64_t sum(int fd, const struct udpmill_header *h, uint32_t counter,
	const char *path)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < h->worker_count; i++) {
		uint64_t value;

		read_at(fd, &value, sizeof(value),
			h->worker_offset + (uint64_t)i * h->worker_stride +
				counter * sizeof(value),
			path);
		total += value;
	}
	return total;
}

int main(int argc, char **argv)
{
	const char *path = argc == 2 ? argv[1] : NULL;
	struct udpmill_header h;
	int fd;

	if (!path)
		fail(argv[0],
			"give the file of a server: /dev/shm/udpmill.PID");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path, "cannot be opened");
	h = read_header(fd, path);
	for (uint32_t i = 0; i < h.counter_count; i++) {
		struct udpmill_counter c;

		read_at(fd, &c, sizeof(c),
			h.counter_offset + (uint64_t)i * h.counter_stride,
			path);
		printf("%-30.40s %20" PRIu64 " %.16s\n", c.name,
			sum(fd, &h, i, path), c.unit);
	}
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		fprintf(stderr, "%s: the server is gone\n", path);
	close(fd);
	return 0;
}
