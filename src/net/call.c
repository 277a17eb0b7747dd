/* SPDX-License-Identifier: MIT */
#include "net/call.h"

#include <sys/syscall.h>
#include <unistd.h>

ssize_t call_recvfrom(int fd, void *data, size_t room, int flags,
	struct sockaddr *from, socklen_t *from_bytes)
{
#ifdef SYS_recvfrom
	return syscall(SYS_recvfrom, fd, data, room, flags, from, from_bytes);
#else /* by socketcall(2) only, as on 32-bit x86 before Linux 4.3 */
	return recvfrom(fd, data, room, flags, from, from_bytes);
#endif
}

ssize_t call_recvmsg(int fd, struct msghdr *h, int flags)
{
#ifdef SYS_recvmsg
	return syscall(SYS_recvmsg, fd, h, flags);
#else
	return recvmsg(fd, h, flags);
#endif
}

int call_poll(struct pollfd *list, nfds_t n, int timeout_ms)
{
#ifdef SYS_poll
	return (int)syscall(SYS_poll, list, n, timeout_ms);
#else /* newer machines have ppoll(2) alone */
	return poll(list, n, timeout_ms);
#endif
}

ssize_t call_sendto(int fd, const void *data, size_t bytes, int flags,
	const struct sockaddr *to, socklen_t to_bytes)
{
#ifdef SYS_sendto
	return syscall(SYS_sendto, fd, data, bytes, flags, to, to_bytes);
#else
	return sendto(fd, data, bytes, flags, to, to_bytes);
#endif
}

int call_recvmmsg(int fd, struct mmsghdr *list, unsigned n, int flags)
{
#ifdef SYS_recvmmsg
	return (int)syscall(SYS_recvmmsg, fd, list, n, flags, NULL);
#else
	return recvmmsg(fd, list, n, flags, NULL);
#endif
}

int call_sendmmsg(int fd, struct mmsghdr *list, unsigned n, int flags)
{
#ifdef SYS_sendmmsg
	return (int)syscall(SYS_sendmmsg, fd, list, n, flags);
#else
	return sendmmsg(fd, list, n, flags);
#endif
}
