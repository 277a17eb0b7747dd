/* SPDX-License-Identifier: MIT */
#include "export/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Not /proc/net, which shows the namespace of the process's first thread. */
#define PROC "/proc/thread-self/"

/* One reading in fifty misses a socket if others open and close many. */
#define READS 5

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static int compare(const void *a, const void *b)
{
	const struct owner_socket *x = a, *y = b;
	int order = x->port - y->port;

	if (!order)
		order = memcmp(x->host, y->host, sizeof(x->host));
	if (!order)
		order = (x->owner > y->owner) - (x->owner < y->owner);
	return order;
}

/* The kernel prints the words of an address as numbers in host byte order. */
static bool parse_v4(const char *line, struct owner_socket *s)
{
	unsigned word, port, owner;
	uint32_t host;

	if (sscanf(line,
		    " %*[^:]: %8x:%4x %*8x:%*4x %*x %*x:%*x %*x:%*x %*x %u",
		    &word, &port, &owner) != 3)
		return false;
	host = word;
	memcpy(s->host, mapped, sizeof(mapped));
	memcpy(s->host + sizeof(mapped), &host, sizeof(host));
	s->port = (uint16_t)port;
	s->owner = owner;
	return true;
}

static bool parse_v6(const char *line, struct owner_socket *s)
{
	unsigned words[4], port, owner;

	if (sscanf(line,
		    " %*[^:]: %8x%8x%8x%8x:%4x %*32[0-9A-F]:%*4x %*x %*x:%*x "
		    "%*x:%*x %*x %u",
		    &words[0], &words[1], &words[2], &words[3], &port,
		    &owner) != 6)
		return false;
	memcpy(s->host, words, sizeof(s->host));
	s->port = (uint16_t)port;
	s->owner = owner;
	return true;
}

static int add(struct owners *o, const struct owner_socket *s)
{
	if (o->count == o->room) {
		size_t more = o->room ? 2 * o->room : 64;
		struct owner_socket *grown =
			reallocarray(o->sockets, more, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		o->sockets = grown;
		o->room = more;
	}
	o->sockets[o->count++] = *s;
	return 0;
}

static int read_table(struct owners *o, const char *path,
	bool (*parse)(const char *line, struct owner_socket *s))
{
	FILE *f = fopen(path, "re");
	char line[512];
	int error = 0;

	if (!f)
		return -errno;
	while (!error && fgets(line, sizeof(line), f)) {
		struct owner_socket s = {0};

		if (parse(line, &s))
			error = add(o, &s);
	}
	if (!error && ferror(f))
		error = -EIO;
	fclose(f);
	return error;
}

/* A group has a line for each of its sockets: drop duplicates. */
static void sort(struct owners *o)
{
	size_t kept = 0;

	if (o->count)
		qsort(o->sockets, o->count, sizeof(*o->sockets), compare);
	for (size_t i = 0; i < o->count; i++)
		if (!kept || compare(&o->sockets[kept - 1], &o->sockets[i]))
			o->sockets[kept++] = o->sockets[i];
	o->count = kept;
}

/* Adds the sockets in the kernel's tables. */
static int read_tables(struct owners *o)
{
	int error;

	o->reads++;
	error = read_table(o, PROC "net/udp", parse_v4);
	if (!error)
		error = read_table(o, PROC "net/udp6", parse_v6);
	/* A kernel without IPv6 has no second table. */
	if (error == -ENOENT && o->sockets)
		error = 0;
	sort(o);
	return error;
}

int owners_open(struct owners *o)
{
	struct stat st;

	*o = (struct owners){0};
	if (stat(PROC "ns/net", &st))
		return -errno;
	o->netns = st.st_ino;
	return read_tables(o);
}

void owners_close(struct owners *o)
{
	free(o->sockets);
	*o = (struct owners){0};
}

static int find(const struct owners *o, const uint8_t host[16], uint16_t port,
	uid_t *owner)
{
	struct owner_socket key = {.port = port};
	size_t low = 0, high = o->count;

	memcpy(key.host, host, sizeof(key.host));
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&o->sockets[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < o->count; high++)
		if (o->sockets[high].port != port ||
			memcmp(o->sockets[high].host, host, 16) != 0)
			break;
	if (high == low)
		return -ENOENT;
	if (high > low + 1)
		return -EEXIST;
	*owner = o->sockets[low].owner;
	return 0;
}

/* False: not an IP address. */
static bool host_of(const union address *a, uint8_t host[16])
{
	switch (a->sa.sa_family) {
	case AF_INET:
		memcpy(host, mapped, sizeof(mapped));
		memcpy(host + sizeof(mapped), &a->in.sin_addr, 4);
		return true;
	case AF_INET6:
		memcpy(host, &a->in6.sin6_addr, 16);
		return true;
	}
	return false;
}

int owners_find(const struct owners *o, const union address *a, uid_t *owner)
{
	uint8_t host[16];

	if (!host_of(a, host))
		return -ENOENT;
	return find(o, host, address_port(a), owner);
}

/* In the order of the kernel's lookup: the address itself, then the wildcard of
 * its family, then the dual-stack wildcard. */
int owners_receiver(
	const struct owners *o, const union address *a, uid_t *owner)
{
	uint8_t host[16], any[16] = {0};
	uint16_t port = address_port(a);
	int error;

	if (!host_of(a, host))
		return -ENOENT;
	error = find(o, host, port, owner);
	if (error == -ENOENT && memcmp(host, mapped, sizeof(mapped)) == 0) {
		memcpy(any, mapped, sizeof(mapped));
		error = find(o, any, port, owner);
		memset(any, 0, sizeof(any));
	}
	return error == -ENOENT ? find(o, any, port, owner) : error;
}

typedef int find_fn(
	const struct owners *o, const union address *a, uid_t *owner);

static bool confirm(
	struct owners *o, const union address *a, uid_t owner, find_fn *find_it)
{
	uid_t found;

	while (find_it(o, a, &found) || found != owner)
		if (o->reads >= READS || read_tables(o))
			return false;
	return true;
}

bool owners_has_bound(struct owners *o, const union address *a, uid_t owner)
{
	return confirm(o, a, owner, owners_find);
}

bool owners_receives(struct owners *o, const union address *a, uid_t owner)
{
	return confirm(o, a, owner, owners_receiver);
}
