/* SPDX-License-Identifier: MIT */
#include "backend/peers.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void peers_fini(struct peers *p)
{
	if (p->all)
		munmap(p->all, p->most * sizeof(*p->all));
	if (p->buckets)
		munmap(p->buckets, ((size_t)p->mask + 1) * sizeof(*p->buckets));
	*p = (struct peers){0};
}

int peers_init(struct peers *p, uint32_t most)
{
	uint32_t buckets = 16;
	int error = -ENOMEM;

	while (buckets < most)
		buckets *= 2;
	p->most = most;
	p->mask = buckets - 1;
	p->all = map(most * sizeof(*p->all));
	p->buckets = map(buckets * sizeof(*p->buckets));
	if (!p->all || !p->buckets)
		goto failed;
	if (getrandom(p->secret, sizeof(p->secret), 0) < 0) {
		error = -errno;
		goto failed;
	}
	memset(p->buckets, 0xff, buckets * sizeof(*p->buckets));
	for (int i = 0; i < PEER_STATES; i++)
		p->list[i].first = p->list[i].last = PEER_NONE;
	return 0;
failed:
	peers_fini(p);
	return error;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* With a secret, so that nobody can choose addresses of one bucket. */
static uint32_t *bucket(const struct peers *p, const union address *a)
{
	uint64_t host[2] = {0}, port = address_port(a);

	if (a->sa.sa_family == AF_INET)
		host[0] = a->in.sin_addr.s_addr;
	else
		memcpy(host, &a->in6.sin6_addr, sizeof(host));
	host[0] = mix(host[0] ^ p->secret[0], p->secret[1] | 1);
	host[0] = mix(host[0] ^ host[1] ^ port << 48, p->secret[0] | 1);
	return &p->buckets[host[0] & p->mask];
}

uint32_t peers_find(const struct peers *p, const union address *address)
{
	uint32_t i = *bucket(p, address);

	while (i != PEER_NONE && !address_equal(&p->all[i].address, address))
		i = p->all[i].chain;
	return i;
}

static void unchain(struct peers *p, uint32_t index)
{
	uint32_t *at = bucket(p, &p->all[index].address);

	while (*at != index)
		at = &p->all[*at].chain;
	*at = p->all[index].chain;
}

static void append(struct peers *p, uint32_t index, enum peer_state state)
{
	struct peer *one = &p->all[index];

	one->state = state;
	one->before = p->list[state].last;
	one->behind = PEER_NONE;
	if (one->before == PEER_NONE)
		p->list[state].first = index;
	else
		p->all[one->before].behind = index;
	p->list[state].last = index;
	p->list[state].count++;
}

static void take_out(struct peers *p, uint32_t index)
{
	struct peer *one = &p->all[index];

	if (one->before == PEER_NONE)
		p->list[one->state].first = one->behind;
	else
		p->all[one->before].behind = one->behind;
	if (one->behind == PEER_NONE)
		p->list[one->state].last = one->before;
	else
		p->all[one->behind].before = one->before;
	p->list[one->state].count--;
}

static uint32_t used(const struct peers *p)
{
	uint32_t n = 0;

	for (int i = 0; i < PEER_STATES; i++)
		n += p->list[i].count;
	return n;
}

uint32_t peers_add(struct peers *p, const union address *address)
{
	uint32_t i = p->list[PEER_FREE].first, *at = bucket(p, address);

	if (i != PEER_NONE)
		take_out(p, i);
	else if (used(p) < p->most)
		i = used(p); /* the next that was never used */
	else
		return PEER_NONE;
	p->all[i] = (struct peer){.address = *address, .fd = -1, .chain = *at};
	*at = i;
	append(p, i, PEER_HELD);
	return i;
}

static bool is_in_table(enum peer_state state)
{
	return state != PEER_FREE && state != PEER_PARKED;
}

void peers_move(struct peers *p, uint32_t index, enum peer_state state)
{
	enum peer_state was = p->all[index].state;

	if (is_in_table(was) && !is_in_table(state))
		unchain(p, index);
	take_out(p, index);
	append(p, index, state);
}
