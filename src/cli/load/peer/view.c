/* SPDX-License-Identifier: MIT */
#include "cli/load/peer/view.h"

#include "export/owner.h"
#include "net/interface.h"
#include "net/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Opens the namespace that a segment claims for its server, if that process is
 * in it: anybody may write a segment, and the pid may be of another container.
 * Stays closed if that cannot be checked.
 */
static void open_netns(struct netns *n, const struct reader_about *about)
{
	if (netns_open_pid(n, about->pid) == 0 && n->inode != about->netns)
		netns_close(n);
}

enum look { LOOK_NO, LOOK_UNKNOWN, LOOK_YES };

/* A local route may make an address our own that no interface has. */
static bool may_bind(const union address *a)
{
	struct socket_config c = {.bind = *a};
	char why[128];
	int fd;

	address_set_port(&c.bind, 0);
	fd = socket_open(&c, NULL, why, sizeof(why));
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Is that address one of the namespace's own? 0; or -errno if there is no way
 * back to our namespace. */
static int look_for(
	const struct netns *n, const union address *a, enum look *found)
{
	struct netns back;

	*found = LOOK_UNKNOWN;
	if (!n->open || netns_enter(n, &back))
		return 0;
	if (interface_has(a))
		*found = LOOK_YES;
	else if (!may_bind(a))
		*found = LOOK_NO;
	return netns_leave(&back);
}

/* A server in another namespace is the right one if its namespace has the
 * address; if we may not look, we have to believe it. */
static int try_server(struct netns *n, const struct reader *r,
	const union address *remote, enum look *found)
{
	open_netns(n, reader_about(r));
	return look_for(n, remote, found);
}

/* Does the owner of this segment own the socket, too? If the kernel does not
 * say, the owner of the file has to do. */
static bool receives(struct owners *owners, const struct reader *r,
	const union address *remote)
{
	return owners->netns == 0 ||
	       owners_receives(owners, remote, reader_about(r)->owner);
}

static void doubt(struct load_view *v, const struct reader *r)
{
	snprintf(v->doubted, sizeof(v->doubted), "%s", reader_about(r)->path);
	v->doubted_owner = reader_about(r)->owner;
}

/* Does it serve this address, in the right namespace? */
static bool fits(const struct load_view *v, const struct reader *r,
	const union address *remote, uint64_t own)
{
	return reader_serves(r, remote) &&
	       (reader_about(r)->netns != own) == v->apart;
}

/* Chooses the newest server that fits, but prefers one whose namespace is known
 * to have the address, since a wildcard in any other would fit as well. */
static int choose(struct load_view *v, struct reader_list *list,
	const union address *remote, struct reader ***chosen)
{
	enum look best = LOOK_UNKNOWN;
	uint64_t own = netns_own();
	struct owners owners = {0};
	int error = 0;

	if (!v->apart && owners_open(&owners))
		owners_close(&owners);
	for (size_t i = 0; !error && i < list->count; i++) {
		struct reader *r = list->readers[i];
		enum look found = LOOK_YES;
		struct netns n = {0};

		if (!fits(v, r, remote, own))
			continue;
		if (!receives(&owners, r, remote)) {
			doubt(v, r);
			continue;
		}
		if (v->apart)
			error = try_server(&n, r, remote, &found);
		if (error || found < best) {
			netns_close(&n);
			continue;
		}
		best = found;
		*chosen = &list->readers[i];
		netns_close(&v->netns);
		v->netns = n;
	}
	for (size_t i = 0; i < list->doubtful_count; i++)
		if (fits(v, list->doubtful[i], remote, own))
			doubt(v, list->doubtful[i]);
	v->has_address = *chosen && best == LOOK_YES;
	owners_close(&owners);
	return error;
}

/* The server may have ended since it was listed; then no server is seen. */
static int take(struct load_view *v, struct reader **at)
{
	char why[256];
	int error = reader_resume(*at, why, sizeof(why));

	switch (error) {
	case 0:
		/* The reader outlives the list. */
		v->reader = *at;
		*at = NULL;
		return 0;
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return error;
	}
	netns_close(&v->netns);
	v->has_address = false;
	return 0;
}

int load_view_open(struct load_view *v, const union address *remote)
{
	const struct reader_about *about;
	struct reader_list list;
	struct reader **at = NULL;
	int error = reader_list_open(&list);

	*v = (struct load_view){.apart = !interface_owns(remote)};
	if (error)
		return error;
	error = choose(v, &list, remote, &at);
	if (!error && at)
		error = take(v, at);
	reader_list_close(&list);
	if (!v->reader)
		return error;
	about = reader_about(v->reader);
	v->values = calloc((size_t)about->worker_count * about->counter_count,
		sizeof(*v->values));
	v->sums = calloc(about->counter_count, sizeof(*v->sums));
	error = rounds_init(&v->rounds, about->worker_count);
	if (v->values && v->sums && !error)
		return 0;
	load_view_close(v);
	return -ENOMEM;
}

static uint64_t least(const struct load_view *v, const char *name)
{
	const struct reader_about *about = reader_about(v->reader);
	int i = reader_index(v->reader, name);
	uint64_t low = UINT64_MAX;

	for (uint32_t w = 0; i >= 0 && w < about->worker_count; w++) {
		uint64_t x = v->values[(size_t)w * about->counter_count +
				       (uint32_t)i];

		if (x < low)
			low = x;
	}
	return i < 0 ? 0 : low;
}

static uint64_t rounds_of(struct load_view *v)
{
	int i = reader_index(v->reader, "published");

	return i < 0 ? 0
		     : rounds_look(&v->rounds, v->values + i,
			       reader_about(v->reader)->counter_count);
}

int load_view_read(struct load_view *v, struct load_server *out)
{
	uint32_t n = v->reader ? reader_about(v->reader)->counter_count : 0;
	int error, told;

	*out = (struct load_server){0};
	if (!v->reader)
		return -ENOENT;
	error = reader_snapshot(v->reader, v->values);
	if (error && error != -ESRCH)
		return error;
	for (uint32_t i = 0; i < n; i++)
		v->sums[i] =
			(struct counted){reader_counter(v->reader, i)->name,
				reader_sum(v->reader, v->values, i)};
	told = counted_read(out, v->sums, n);
	if (told)
		return told;
	out->published = rounds_of(v);
	return error;
}

void load_view_receiver(struct load_view *v, struct load_receiver *out)
{
	/* net.core.rmem_default, unless somebody changed it. */
	*out = (struct load_receiver){.rcvbuf = 212992};
	if (!v->reader || reader_snapshot(v->reader, v->values))
		return;
	out->gro = least(v, "socket_gro") > 0;
	if (least(v, "socket_rcvbuf_bytes"))
		out->rcvbuf = least(v, "socket_rcvbuf_bytes");
}

void load_view_close(struct load_view *v)
{
	reader_close(v->reader);
	netns_close(&v->netns);
	free(v->values);
	free(v->sums);
	rounds_fini(&v->rounds);
	*v = (struct load_view){0};
}
