/* SPDX-License-Identifier: MIT */
#include "metrics/listener.h"

#include "net/bind_hint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Scrapers that wait until they are accepted. */
#define BACKLOG 128

static int open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	memcpy(a.sun_path, path, strlen(path) + 1);
	return a;
}

/* Is it a socket at which nobody listens any more? */
static bool is_left_over(const char *path)
{
	const struct sockaddr_un a = unix_address(path);
	struct stat st;
	bool refused;
	int fd;

	if (lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)&a, sizeof(a)) &&
		  errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static int bind_path(int fd, const char *path)
{
	const struct sockaddr_un a = unix_address(path);
	mode_t before = umask(0117);
	int error =
		bind(fd, (const struct sockaddr *)&a, sizeof(a)) ? -errno : 0;

	umask(before);
	return error;
}

static int open_path(struct metrics_listener *l, const char *path)
{
	struct stat st;
	int error = bind_path(l->fd, path);

	if (error == -EADDRINUSE && is_left_over(path) && unlink(path) == 0)
		error = bind_path(l->fd, path);
	if (error)
		return error;
	if (lstat(path, &st))
		return -errno;
	snprintf(l->path, sizeof(l->path), "%s", path);
	l->device = st.st_dev;
	l->inode = st.st_ino;
	snprintf(l->url, sizeof(l->url), "unix:%s", path);
	return 0;
}

/* A port whose last connections still time out is free. */
static int open_port(struct metrics_listener *l, const union address *at)
{
	union address bound = *at;
	socklen_t bytes = sizeof(bound);
	char text[ADDRESS_TEXT];
	int on = 1, off = 0;

	if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		return -errno;
	if (at->sa.sa_family == AF_INET6 &&
		setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY,
			address_is_any(at) ? &off : &on, sizeof(off)))
		return -errno;
	if (bind(l->fd, &at->sa, address_length(at)) ||
		getsockname(l->fd, &bound.sa, &bytes))
		return -errno;
	snprintf(l->url, sizeof(l->url), "http://%s/metrics",
		address_format(&bound, text));
	return 0;
}

static const char *advice(int error, const char *path)
{
	if (*path)
		return error == -EADDRINUSE
			       ? "; there is a file of that name: remove it, "
				 "or name another"
			       : "; name a file in a directory that you can "
				 "write to";
	return bind_hint(error, true);
}

int metrics_listener_open(struct metrics_listener *l,
	const struct metrics_place *place, char *why, size_t why_bytes)
{
	char text[ADDRESS_TEXT];
	int error;

	*l = (struct metrics_listener){
		.fd = open_socket(
			*place->path ? AF_UNIX : place->at.sa.sa_family)};
	error = l->fd < 0 ? l->fd : 0;
	if (!error)
		error = *place->path ? open_path(l, place->path)
				     : open_port(l, &place->at);
	if (!error && listen(l->fd, BACKLOG))
		error = -errno;
	if (!error)
		return 0;
	snprintf(why, why_bytes, "%s: %s%s",
		*place->path ? place->path : address_format(&place->at, text),
		strerror(-error), advice(error, place->path));
	metrics_listener_close(l);
	return error;
}

void metrics_listener_close(struct metrics_listener *l)
{
	struct stat st;

	if (l->fd >= 0)
		close(l->fd);
	if (*l->path && lstat(l->path, &st) == 0 && st.st_dev == l->device &&
		st.st_ino == l->inode)
		(void)unlink(l->path);
	*l = (struct metrics_listener){.fd = -1};
}
