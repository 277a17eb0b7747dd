/* SPDX-License-Identifier: MIT */
#include "server/registry.h"

#include "export/reader.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int add(struct registry_addresses *a, const union address *address)
{
	union address *grown;

	if (a->count == a->room) {
		size_t room = a->room ? 2 * a->room : 16;

		grown = reallocarray(a->list, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		a->list = grown;
		a->room = room;
	}
	a->list[a->count] = *address;
	address_unmap(&a->list[a->count]);
	a->count++;
	return 0;
}

static void drop(struct registry_addresses *a)
{
	free(a->list);
	*a = (struct registry_addresses){0};
}

static int add_hosts(struct registry_addresses *hosts)
{
	struct ifaddrs *all;
	int error = 0;

	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *i = all; i && !error; i = i->ifa_next) {
		union address a = {0};

		if (!i->ifa_addr)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			memcpy(&a.in, i->ifa_addr, sizeof(a.in));
		else if (i->ifa_addr->sa_family == AF_INET6)
			memcpy(&a.in6, i->ifa_addr, sizeof(a.in6));
		else
			continue;
		error = add(hosts, &a);
	}
	freeifaddrs(all);
	return error;
}

/* What a look gathers, to be put in place when it is whole. */
struct look {
	struct registry_addresses hosts, near, far;
};

static int add_servers(struct look *l, uint64_t netns)
{
	struct reader_list list = {0};
	int error = reader_list_open(&list);

	for (size_t i = 0; !error && i < list.count; i++) {
		const struct reader_about *about =
			reader_about(list.readers[i]);

		for (uint32_t k = 0; !error && k < about->endpoint_count; k++)
			error = add(about->netns == netns ? &l->near : &l->far,
				&about->endpoints[k]);
	}
	reader_list_close(&list);
	return error;
}

static void set_ports(struct registry *r)
{
	const struct registry_addresses *sets[] = {&r->near, &r->far};
	uint64_t ports[65536 / 64] = {0};

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < sets[s]->count; i++) {
			uint16_t p = address_port(&sets[s]->list[i]);

			ports[p / 64] |= 1ull << p % 64;
		}
	for (size_t i = 0; i < 65536 / 64; i++)
		atomic_store_explicit(
			&r->ports[i], ports[i], memory_order_relaxed);
}

void registry_look(struct registry *r)
{
	struct look l = {0};
	int error = add_hosts(&l.hosts);

	for (size_t i = 0; !error && i < r->own.count; i++)
		error = add(&l.near, &r->own.list[i]);
	if (!error)
		error = add_servers(&l, r->netns);
	if (!error) {
		struct look old = {r->hosts, r->near, r->far};

		pthread_mutex_lock(&r->lock);
		r->hosts = l.hosts;
		r->near = l.near;
		r->far = l.far;
		set_ports(r);
		pthread_mutex_unlock(&r->lock);
		l = old;
	}
	drop(&l.hosts);
	drop(&l.near);
	drop(&l.far);
}

int registry_init(
	struct registry *r, const union address *own, size_t own_count)
{
	struct stat st;
	int error = 0;

	*r = (struct registry){0};
	pthread_mutex_init(&r->lock, NULL);
	if (stat("/proc/self/ns/net", &st) == 0)
		r->netns = st.st_ino;
	for (size_t i = 0; !error && i < own_count; i++)
		error = add(&r->own, &own[i]);
	if (error)
		registry_fini(r);
	else
		registry_look(r);
	return error;
}

static bool has_port(const struct registry_addresses *a, uint16_t port)
{
	for (size_t i = 0; i < a->count; i++)
		if (address_port(&a->list[i]) == port)
			return true;
	return false;
}

static bool has_host(
	const struct registry_addresses *a, const union address *source)
{
	if (address_is_loopback(source))
		return true;
	for (size_t i = 0; i < a->count; i++)
		if (address_same_host(&a->list[i], source))
			return true;
	return false;
}

static bool has(const struct registry_addresses *a, const union address *source)
{
	for (size_t i = 0; i < a->count; i++)
		if (address_port(&a->list[i]) == address_port(source) &&
			address_same_host(&a->list[i], source))
			return true;
	return false;
}

/* A wildcard of another namespace is reached at addresses that are not known
 * here: of it, the port must do. */
static bool has_far(
	const struct registry_addresses *a, const union address *source)
{
	for (size_t i = 0; i < a->count; i++)
		if (address_port(&a->list[i]) == address_port(source) &&
			address_is_any(&a->list[i]))
			return true;
	return has(a, source);
}

/*
 * In this namespace a server's port at any of the host's addresses will do: it
 * may listen at all of them; and so will its very address, which need not be
 * an interface's (a local route to lo). Of other namespaces only the address
 * itself is known, and their loopback is not ours.
 */
bool registry_knows(struct registry *r, const union address *source)
{
	bool known;

	pthread_mutex_lock(&r->lock);
	known = has(&r->near, source) ||
		(has_port(&r->near, address_port(source)) &&
			has_host(&r->hosts, source));
	if (!known && !address_is_loopback(source))
		known = has_far(&r->far, source);
	pthread_mutex_unlock(&r->lock);
	return known;
}

void registry_fini(struct registry *r)
{
	drop(&r->own);
	drop(&r->hosts);
	drop(&r->near);
	drop(&r->far);
	pthread_mutex_destroy(&r->lock);
}
