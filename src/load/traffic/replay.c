/* SPDX-License-Identifier: MIT */
#include "load/traffic/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Later than the end of any run, but small enough to add to a clock. */
#define NEVER_NS (UINT64_MAX / 4)

/* Makes room for needed elements of size bytes, by doubling. */
static int grow(void **array, size_t *room, size_t needed, size_t size)
{
	size_t more = needed < 512 ? 1024 : 2 * needed;
	void *p;

	if (needed <= *room)
		return 0;
	p = reallocarray(*array, more, size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*room = more;
	return 0;
}

int replay_add(struct replay *r, uint64_t at_ns,
	const uint8_t tuple[DISSECT_TUPLE], const void *payload, uint32_t bytes)
{
	struct replay_item item = {at_ns, r->bytes, bytes, 0};
	void *items = r->items, *data = r->data;
	int error = grow(&items, &r->room, r->count + 1, sizeof(item));

	r->items = items;
	if (!error)
		error = grow(&data, &r->data_room, r->bytes + bytes, 1);
	r->data = data;
	if (!error)
		error = tuples_number(&r->tuples, tuple, &item.flow);
	if (error)
		return error;
	if (bytes)
		memcpy(r->data + r->bytes, payload, bytes);
	r->bytes += bytes;
	r->items[r->count++] = item;
	return 0;
}

/* An empty item has the same offset as the one added after it. */
static int compare_items(const void *a, const void *b)
{
	const struct replay_item *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

void replay_settle(struct replay *r)
{
	uint64_t first;

	r->flows = r->tuples.count;
	tuples_fini(&r->tuples);
	if (r->count == 0)
		return;
	qsort(r->items, r->count, sizeof(*r->items), compare_items);
	first = r->items[0].at_ns;
	for (size_t i = 0; i < r->count; i++)
		r->items[i].at_ns -= first;
}

void replay_fold(struct replay *r, uint32_t flows)
{
	for (size_t i = 0; i < r->count; i++)
		r->items[i].flow %= flows;
	if (flows < r->flows)
		r->flows = flows;
}

void replay_speed_up(struct replay *r, double speed)
{
	if (speed == 1)
		return;
	for (size_t i = 0; i < r->count; i++) {
		double at = (double)r->items[i].at_ns / speed;

		r->items[i].at_ns =
			at < (double)NEVER_NS ? (uint64_t)at : NEVER_NS;
	}
}

void replay_unpace(struct replay *r)
{
	r->unpaced = true;
	for (size_t i = 0; i < r->count; i++)
		r->items[i].at_ns = 0;
}

size_t replay_due(const struct replay *r, uint64_t at_ns)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->items[middle].at_ns < at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t replay_duration_ns(const struct replay *r)
{
	return r->count ? r->items[r->count - 1].at_ns : 0;
}

void replay_fini(struct replay *r)
{
	tuples_fini(&r->tuples);
	free(r->items);
	free(r->data);
	*r = (struct replay){0};
}
