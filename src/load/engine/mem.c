/* SPDX-License-Identifier: MIT */
#include "load/engine/mem.h"

#include "core/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct link {
	void *owner;
	bool gone;
};

struct waiting {
	struct link *link;
	uint8_t *data;
	uint32_t bytes, segment_bytes;
};

struct mem {
	struct mem_script *script;
	struct slots out;
	struct waiting waiting[MEM_ARRIVALS];
	uint32_t first, count;
	uint32_t held; /* the last of them, which have not come back yet */
	uint8_t *lent[ENGINE_ARRIVALS];
	struct link **links;
	uint32_t link_count;
};

static int mem_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int mem_init(void *self, const struct engine_config *c)
{
	struct mem *m = self;
	int error = slots_init(&m->out, ENGINE_MESSAGES, c->slot_bytes);

	if (error)
		return error;
	m->script = (struct mem_script *)c->script;
	for (uint32_t i = 0; c->fill && i < ENGINE_MESSAGES; i++)
		c->fill(c->fill_arg, slots_at(&m->out, i));
	return 0;
}

static int mem_add(void *self, int fd, void *owner, void **out)
{
	struct mem *m = self;
	struct link **more =
		realloc(m->links, (m->link_count + 1) * sizeof(*m->links));
	struct link *link = calloc(1, sizeof(*link));

	(void)fd;
	if (more)
		m->links = more;
	if (!more || !link) {
		free(link);
		return -ENOMEM;
	}
	link->owner = owner;
	m->links[m->link_count++] = link;
	m->script->sockets++;
	*out = link;
	return 0;
}

static void mem_own(void *self, void *link, void *owner)
{
	(void)self;
	((struct link *)link)->owner = owner;
}

/* Links are freed at the end, since waiting arrivals still point to them. */
static void mem_remove(void *self, void *link)
{
	struct mem *m = self;

	((struct link *)link)->gone = true;
	m->script->sockets--;
}

static uint32_t mem_lend(
	void *self, struct engine_message *messages, uint32_t n)
{
	struct mem *m = self;

	for (uint32_t i = 0; i < n && i < ENGINE_MESSAGES; i++)
		messages[i].data = slots_at(&m->out, i);
	return n < ENGINE_MESSAGES ? n : ENGINE_MESSAGES;
}

static void arrive(struct mem *m, struct link *link, const void *data,
	uint32_t bytes, uint32_t segment)
{
	struct waiting *w = &m->waiting[(m->first + m->count) % MEM_ARRIVALS];
	uint8_t *copy = malloc(bytes + 1);

	if (m->count == MEM_ARRIVALS || !copy) {
		m->script->dropped++;
		free(copy);
		return;
	}
	memcpy(copy, data, bytes);
	*w = (struct waiting){link, copy, bytes, segment ? segment : bytes};
	m->count++;
}

void mem_arrive(struct engine *e, void *link, const void *data, uint32_t bytes,
	uint32_t segment)
{
	arrive(e->self, link, data, bytes, segment);
}

static void come_back(struct mem *m, struct link *link, const void *data,
	uint32_t bytes, uint32_t segment)
{
	uint32_t before = m->count;

	arrive(m, link, data, bytes, segment);
	if (m->script->turns)
		m->held += m->count - before;
}

static int mem_send(
	void *self, const struct engine_message *messages, uint32_t n)
{
	struct mem *m = self;
	struct mem_script *s = m->script;

	s->sends++;
	for (uint32_t i = 0; i < n; i++) {
		const struct engine_message *one = &messages[i];
		int error = s->sent ? s->sent(s->arg, one) : 0;

		if (error)
			return i ? (int)i : -error;
		s->messages++;
		if (s->echo)
			come_back(m, one->link, one->data, one->bytes,
				one->segments > 1 ? one->bytes / one->segments
						  : 0);
	}
	return (int)n;
}

static void give_back(struct mem *m)
{
	for (uint32_t i = 0; i < ENGINE_ARRIVALS; i++) {
		free(m->lent[i]);
		m->lent[i] = NULL;
	}
}

static bool hand_out(struct mem *m, struct engine_arrivals *in)
{
	struct waiting *w = &m->waiting[m->first];

	if (m->count == m->held || in->count == ENGINE_ARRIVALS ||
		(in->owner && w->link->owner != in->owner))
		return false;
	m->first = (m->first + 1) % MEM_ARRIVALS;
	m->count--;
	if (w->link->gone) {
		free(w->data);
		return true;
	}
	in->owner = w->link->owner;
	m->lent[in->count] = w->data;
	in->at[in->count++] =
		(struct engine_arrival){w->data, w->bytes, w->segment_bytes};
	return true;
}

static void wait_for(struct mem_script *s, uint64_t ns)
{
	const struct timespec t = {.tv_nsec = (long)ns};

	s->waited_ns += ns;
	if (s->sleeps)
		(void)nanosleep(&t, NULL);
}

static int mem_recv(void *self, struct engine_arrivals *in, uint64_t timeout_ns)
{
	struct mem *m = self;
	struct mem_script *s = m->script;

	s->receives++;
	give_back(m);
	in->owner = NULL;
	in->count = 0;
	in->more = false;
	if (s->wait_error)
		return -s->wait_error;
	if (s->recv_error && m->link_count) {
		in->owner = m->links[0]->owner;
		return -s->recv_error;
	}
	while (hand_out(m, in))
		;
	if (in->count == 0 && timeout_ns > 0) {
		m->held = 0;
		while (hand_out(m, in))
			;
	}
	if (in->count == 0)
		wait_for(s, timeout_ns);
	return (int)in->count;
}

static void mem_reports(void *self, void *link, struct engine_reports *out)
{
	struct mem_script *s = ((struct mem *)self)->script;

	(void)link;
	*out = s->reports;
	s->reports = (struct engine_reports){0};
}

static void mem_fini(void *self)
{
	struct mem *m = self;

	give_back(m);
	for (; m->count > 0; m->count--) {
		free(m->waiting[m->first].data);
		m->first = (m->first + 1) % MEM_ARRIVALS;
	}
	for (uint32_t i = 0; i < m->link_count; i++)
		free(m->links[i]);
	free(m->links);
	slots_fini(&m->out);
	*m = (struct mem){0};
}

const struct engine_ops engine_mem = {
	.name = "mem",
	.brief = "a script, and no kernel",
	.size = sizeof(struct mem),
	.can = ENGINE_TRAINS | ENGINE_TXTIME | ENGINE_FOREIGN,
	.descriptors = 0,
	.send_call = "send",
	.recv_call = "recv",
	.wait_call = "wait",
	.probe = mem_probe,
	.init = mem_init,
	.add = mem_add,
	.own = mem_own,
	.remove = mem_remove,
	.lend = mem_lend,
	.send = mem_send,
	.recv = mem_recv,
	.reports = mem_reports,
	.fini = mem_fini,
};
