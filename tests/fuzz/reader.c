/* SPDX-License-Identifier: MIT */
/* Segments: whatever is in the file, the reader refuses it, or gives answers
 * that its callers can rely on and the values in the file. */
#include "export/reader.h"
#include "fuzz.h"
#include "oracle/segment.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The first byte of an input: what follows is the file, or patches of a sound
 * one; and then the file is cut under the reader. */
#define PATCHES 1
#define CUT     2

static char whole[1 + 1344];

const struct fuzz_sample fuzz_samples[] = {
	{whole, sizeof(whole)},
	/* one worker; one counter less; options cut; workers elsewhere */
	SAMPLE("\1\x4c\0\5\1\0\0\0"),
	SAMPLE("\3\x40\0\6\xff\0\0\0"),
	SAMPLE("\1\xc8\0\0\0\0\0\0"),
	SAMPLE("\3\x48\0\6\xc0\0\0\0\x4c\0\6\1\0\0\0"),
	{NULL, 0},
};

__attribute__((constructor)) static void make_sample(void)
{
	static struct segment_image image;

	segment_make(&image, NULL);
	CHECK(image.bytes == sizeof(whole) - 1);
	memcpy(whole + 1, image.data, image.bytes);
}

struct patch {
	uint8_t at[2], how, value[4];
};

#define IN_HEADER 4

static void apply(struct segment_image *image, const struct patch *p)
{
	size_t at = (size_t)p->at[0] | (size_t)p->at[1] << 8;
	uint32_t value;

	at %= p->how & IN_HEADER ? sizeof(struct segment_header) : 1344;
	memcpy(&value, image->data + at, sizeof(value));
	switch (p->how % 4) {
	case 0:
		image->data[at] = p->value[0];
		return;
	case 1:
		memcpy(&value, p->value, sizeof(value));
		break;
	case 2:
		value += (uint32_t)(int8_t)p->value[0];
		break;
	default:
		image->bytes = at;
		return;
	}
	memcpy(image->data + at, &value, sizeof(value));
}

static void read_input(
	struct segment_image *image, const uint8_t *data, size_t bytes)
{
	segment_make(image, NULL);
	if (bytes == 0)
		return;
	if (data[0] & PATCHES) {
		for (size_t at = 1; at + sizeof(struct patch) <= bytes;
			at += sizeof(struct patch))
			apply(image, (const struct patch *)(data + at));
		return;
	}
	image->bytes = bytes - 1 < SEGMENT_IMAGE ? bytes - 1 : SEGMENT_IMAGE;
	memcpy(image->data, data + 1, image->bytes);
}

static uint64_t *allocate(const struct reader *r)
{
	const struct reader_about *a = reader_about(r);
	size_t bytes = (size_t)a->worker_count * a->counter_count * 8;
	uint64_t *values = malloc(bytes ? bytes : 1);

	CHECK(values);
	return values;
}

/* Each value is the one that stands in its place. */
static void check_values(struct reader *r, const struct segment_image *image)
{
	const struct segment_header *h = &image->header;
	uint64_t *values = allocate(r);

	CHECK(reader_snapshot(r, values) == 0);
	for (uint32_t w = 0; w < h->worker_count; w++)
		CHECK(memcmp(values + (size_t)w * h->counter_count,
			      image->data + h->worker_offset +
				      (size_t)w * h->worker_stride,
			      h->counter_count * sizeof(*values)) == 0);
	free(values);
}

static void check_cut(
	struct reader *r, const struct segment_image *image, int fd)
{
	const struct segment_header *h = &image->header;
	size_t left = image->bytes / 2;
	uint64_t end = h->worker_offset + h->counter_count * 8ull, *values;
	bool whole_yet;

	if (h->worker_count > 0)
		end += (h->worker_count - 1) * (uint64_t)h->worker_stride;
	whole_yet =
		h->worker_count == 0 || h->counter_count == 0 || end <= left;
	values = allocate(r);
	CHECK(ftruncate(fd, (off_t)left) == 0);
	CHECK(reader_snapshot(r, values) == (whole_yet ? 0 : -EPROTO));
	free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct segment_image image;
	static int fd = -1;
	char path[SEGMENT_PATH], why[80];
	struct reader *r;
	int error;

	if (fd < 0) {
		fd = segment_put(NULL, "", 0);
		segment_hold(fd);
	}
	read_input(&image, data, bytes);
	CHECK(ftruncate(fd, 0) == 0);
	CHECK(pwrite(fd, image.data, image.bytes, 0) == (ssize_t)image.bytes);
	memset(why, 0xff, sizeof(why));
	error = reader_open(&r, segment_path(fd, path), why, sizeof(why));
	if (error) {
		CHECK(error == -EPROTO || error == -EAGAIN);
		CHECK(memchr(why, '\0', sizeof(why)) && why[0]);
		return 0;
	}
	CHECK(segment_fault(r) == NULL);
	check_values(r, &image);
	if (bytes > 0 && data[0] & CUT)
		check_cut(r, &image, fd);
	reader_close(r);
	return 0;
}
