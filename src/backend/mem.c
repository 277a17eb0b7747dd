/* SPDX-License-Identifier: MIT */
#include "backend/mem.h"

#include "core/lines.h"
#include "core/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct mem {
	const struct mem_script *script;
	struct counters *counters;
	uint32_t slot_bytes;
	bool head_only;
	struct slots slots;
	union address *peers;
	size_t next; /* the next train, counted over all repeats */
	size_t sent; /* messages so far */
};

static int mem_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int mem_init(void *self, const struct backend_config *config)
{
	struct mem *m = self;

	m->script = config->script;
	m->counters = config->counters;
	m->slot_bytes = backend_slot_bytes(config);
	m->head_only = config->head_only;
	m->peers = lines_alloc(config->batch, sizeof(*m->peers));
	if (!m->peers)
		return -ENOMEM;
	return slots_init(&m->slots, config->batch, TRAIN_ROOM);
}

static void hand_out(struct mem *m, struct batch *b)
{
	const struct mem_script *s = m->script;
	const struct mem_train *from = &s->trains[m->next % s->train_count];
	struct train *t = &b->trains[b->count];
	uint32_t copied =
		from->bytes < m->slot_bytes ? from->bytes : m->slot_bytes;

	t->data = slots_at(&m->slots, b->count);
	if (copied)
		memcpy(t->data, from->data, copied);
	m->peers[b->count] = from->peer;
	t->peer = &m->peers[b->count];
	t->local = from->local;
	t->truncated = from->truncated;
	t->tos = from->tos;
	t->ttl = from->ttl ? from->ttl : 64;
	if (from->ttl_unknown)
		t->ttl = 0;
	train_shape(t, from->bytes, from->segment_bytes);
	if (copied < from->bytes)
		train_cut(t, copied, m->head_only);
	t->verdict = VERDICT_ABSORB;
	t->refused = 0;
	b->count++;
	m->next++;
}

static int mem_recv(void *self, struct batch *b, int timeout_ms)
{
	struct mem *m = self;
	const struct mem_script *s = m->script;
	size_t all = s->train_count * (s->repeat ? s->repeat : 1);

	if (s->receive)
		s->receive(s->receive_arg, timeout_ms);
	b->count = 0;
	counter_add(m->counters, COUNTER_RECV_CALLS, 1);
	while (m->next < all && b->count < b->capacity)
		hand_out(m, b);
	return b->count ? (int)b->count : s->recv_error;
}

static int mem_send(void *self, struct batch *b)
{
	struct mem *m = self;
	const struct mem_script *s = m->script;

	if (b->message_count)
		counter_add(m->counters, COUNTER_SEND_CALLS, 1);
	if (s->send_error)
		return s->send_error;
	for (uint32_t i = 0; i < b->message_count; i++) {
		struct message *message = &b->messages[i];

		m->sent++;
		if (m->sent == s->fail_at) {
			message->error = s->fail_error;
			continue;
		}
		if (s->refuse_error && message->segments > 1 &&
			message->segments > s->refuse_above &&
			address_equal(message->peer, &s->refuse_peer)) {
			message->train_error = s->refuse_error;
			counter_add(m->counters, COUNTER_GSO_REFUSED, 1);
		}
		message->sent_segments = message->segments;
		message->sent_bytes = message->bytes;
		if (s->record)
			s->record(s->record_arg, message);
	}
	return 0;
}

static void mem_fini(void *self)
{
	struct mem *m = self;

	slots_fini(&m->slots);
	free(m->peers);
	*m = (struct mem){0};
}

const struct backend_ops backend_mem = {
	.name = "mem",
	.brief = "a script, and no kernel",
	.size = sizeof(struct mem),
	.gro = true,
	.recv_call = "recv",
	.send_call = "send",
	.probe = mem_probe,
	.init = mem_init,
	.recv = mem_recv,
	.send = mem_send,
	.fini = mem_fini,
};
