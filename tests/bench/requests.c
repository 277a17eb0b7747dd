/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include "core/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

/* Above the ephemeral range, where no reflector is expected. */
#define FIRST_PORT 61000

static void fill(uint8_t *data, uint32_t segments)
{
	for (uint32_t i = 0; i < segments; i++)
		probe_write(data + (size_t)i * BENCH_BYTES, BENCH_BYTES,
			&(struct probe){PROBE_REQUEST, 1, 0, i, 1});
}

int requests_init(struct requests *r, const struct bench_shape *shape)
{
	uint32_t each = shape->segments * BENCH_BYTES;

	*r = (struct requests){.count = shape->trains,
		.datagrams = shape->trains * shape->segments};
	r->trains = calloc(shape->trains, sizeof(*r->trains));
	r->data = calloc(shape->trains, each);
	if (!r->trains || !r->data)
		return -ENOMEM;
	for (uint32_t i = 0; i < shape->trains; i++) {
		struct mem_train *t = &r->trains[i];

		fill(r->data + (size_t)i * each, shape->segments);
		t->data = r->data + (size_t)i * each;
		t->bytes = each;
		t->segment_bytes = shape->segments > 1 ? BENCH_BYTES : 0;
		t->peer.in = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(
				(uint16_t)(FIRST_PORT + i % shape->peers)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
	}
	return 0;
}

void requests_fini(struct requests *r)
{
	free(r->trains);
	free(r->data);
	*r = (struct requests){0};
}
