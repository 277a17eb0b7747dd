/* SPDX-License-Identifier: MIT */
/* To be preloaded: a kernel that takes trains of at most 64 segments, as Linux
 * before 6.9 does. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define DESCRIPTORS 1024
#define SEGMENTS    64

static unsigned segment_of[DESCRIPTORS]; /* as set for the socket */

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t bytes)
{
	int (*call)(int, int, int, const void *, socklen_t) =
		real("setsockopt");

	if (level == IPPROTO_UDP && name == UDP_SEGMENT && fd >= 0 &&
		fd < DESCRIPTORS)
		segment_of[fd] = *(const unsigned *)value;
	return call(fd, level, name, value, bytes);
}

static int refuses(int fd, unsigned segment, size_t bytes)
{
	if (!segment && fd >= 0 && fd < DESCRIPTORS)
		segment = segment_of[fd];
	return segment && bytes > (size_t)segment * SEGMENTS;
}

static int refuses_message(int fd, const struct msghdr *h)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(h);
	unsigned short segment = 0;
	size_t bytes = 0;

	for (size_t i = 0; i < h->msg_iovlen; i++)
		bytes += h->msg_iov[i].iov_len;
	if (c && c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_SEGMENT)
		memcpy(&segment, CMSG_DATA(c), sizeof(segment));
	return refuses(fd, segment, bytes);
}

ssize_t send(int fd, const void *data, size_t bytes, int flags)
{
	ssize_t (*call)(int, const void *, size_t, int) = real("send");

	if (!refuses(fd, 0, bytes))
		return call(fd, data, bytes, flags);
	errno = EINVAL;
	return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *h, int flags)
{
	ssize_t (*call)(int, const struct msghdr *, int) = real("sendmsg");

	if (!refuses_message(fd, h))
		return call(fd, h, flags);
	errno = EINVAL;
	return -1;
}

int sendmmsg(int fd, struct mmsghdr *list, unsigned n, int flags)
{
	int (*call)(int, struct mmsghdr *, unsigned, int) = real("sendmmsg");
	unsigned good = 0;

	while (good < n && !refuses_message(fd, &list[good].msg_hdr))
		good++;
	if (good)
		return call(fd, list, good, flags);
	errno = EINVAL;
	return -1;
}
