/* SPDX-License-Identifier: MIT */
/*
 * floor KIND SERVICE PORT [trains] [spin]
 *
 * KIND is recvfrom, mmsg or uring, SERVICE is echo or discard, and PORT 0 is
 * any free one. Prints the address that it is bound to, and on SIGTERM what it
 * did, as JSON. With spin, recvfrom never sleeps. It ends by itself after two
 * minutes, and with the program that started it.
 *
 * floor ping echo PORT is the client of a spinning ping-pong with the server at
 * that port.
 */
#include "floor.h"

#include "core/reply_ttl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)
#define LONGEST_S    120

volatile sig_atomic_t floor_stop;

static const struct {
	const char *name;
	int (*run)(struct floor *f);
	bool trains, client;
} kinds[] = {
	{"recvfrom", floor_recvfrom, false, false},
	{"mmsg", floor_mmsg, true, false},
#ifdef FLOOR_URING
	{"uring", floor_uring, true, false},
#endif
	{"ping", floor_ping, false, true},
};

static char slot[FLOOR_SLOT];

/* recvfrom(2) cannot report the TTL. */
static ssize_t receive(const struct floor *f, struct sockaddr_in *peer)
{
	_Alignas(struct cmsghdr) char control[FLOOR_CONTROL];
	struct iovec iov = {slot, sizeof(slot)};
	struct msghdr h = {
		.msg_name = peer,
		.msg_namelen = sizeof(*peer),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	socklen_t length = sizeof(*peer);

	if (f->echo)
		return recvmsg(f->fd, &h, 0);
	return recvfrom(
		f->fd, slot, sizeof(slot), 0, (struct sockaddr *)peer, &length);
}

int floor_recvfrom(struct floor *f)
{
	struct sockaddr_in peer;

	if (f->spin)
		return floor_spin(f);
	while (!floor_stop) {
		ssize_t n = receive(f, &peer);

		if (n < 0)
			continue;
		f->datagrams++;
		if (f->echo &&
			sendto(f->fd, slot, (size_t)n, MSG_DONTWAIT,
				(struct sockaddr *)&peer, sizeof(peer)) < 0)
			return -errno;
	}
	f->trains_received = f->batches = f->datagrams;
	return 0;
}

static bool fits(const struct floor_reply *r, const struct sockaddr_in *peer,
	uint32_t bytes, uint32_t segment_bytes)
{
	uint32_t segments = floor_segments(r->bytes, r->segment_bytes);

	return r->pieces < FLOOR_PIECES_MAX && bytes > 0 &&
	       segment_bytes == r->segment_bytes &&
	       r->bytes == segments * r->segment_bytes &&
	       r->bytes + bytes <= FLOOR_BYTES_MAX &&
	       segments + floor_segments(bytes, segment_bytes) <=
		       FLOOR_SEGMENTS &&
	       memcmp(r->peer, peer, sizeof(*peer)) == 0;
}

uint32_t floor_couple(const struct floor *f, struct floor_reply *r, uint32_t n,
	struct sockaddr_in *peer, void *data, uint32_t bytes,
	uint32_t segment_bytes)
{
	struct floor_reply *last = n ? &r[n - 1] : NULL;

	if (!segment_bytes)
		segment_bytes = bytes;
	if (!last || !f->trains || !fits(last, peer, bytes, segment_bytes)) {
		last = &r[n++];
		last->peer = peer;
		last->pieces = last->bytes = 0;
		last->segment_bytes = segment_bytes;
	}
	last->iov[last->pieces++] = (struct iovec){data, bytes};
	last->bytes += bytes;
	return n;
}

void floor_header(struct msghdr *h, struct floor_reply *r)
{
	uint16_t segment_bytes = (uint16_t)r->segment_bytes;
	struct cmsghdr *c = (struct cmsghdr *)r->control;

	*h = (struct msghdr){
		.msg_name = r->peer,
		.msg_namelen = sizeof(*r->peer),
		.msg_iov = r->iov,
		.msg_iovlen = r->pieces,
	};
	if (r->bytes == r->segment_bytes)
		return;
	*c = (struct cmsghdr){
		.cmsg_len = CMSG_LEN(sizeof(segment_bytes)),
		.cmsg_level = SOL_UDP,
		.cmsg_type = UDP_SEGMENT,
	};
	memcpy(CMSG_DATA(c), &segment_bytes, sizeof(segment_bytes));
	h->msg_control = r->control;
	h->msg_controllen = CMSG_SPACE(sizeof(segment_bytes));
}

static void on_signal(int number)
{
	(void)number;
	floor_stop = 1;
}

static int open_socket(struct floor *f, uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	struct timeval wait = {.tv_usec = FLOOR_TIMEOUT_MS * 1000};
	int bytes = BUFFER_BYTES, on = f->trains, ttl = REPLY_TTL;
	int read_ttl = f->echo && !f->spin;
	socklen_t length = sizeof(a);

	f->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (f->fd < 0)
		return -errno;
	if (setsockopt(
		    f->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		(void)!setsockopt(
			f->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (setsockopt(
		    f->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		(void)!setsockopt(
			f->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (setsockopt(f->fd, SOL_UDP, UDP_GRO, &on, sizeof(on)) ||
		setsockopt(f->fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) ||
		setsockopt(f->fd, IPPROTO_IP, IP_RECVTTL, &read_ttl,
			sizeof(read_ttl)) ||
		setsockopt(
			f->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
		bind(f->fd, (struct sockaddr *)&a, length) ||
		getsockname(f->fd, (struct sockaddr *)&a, &length))
		return -errno;
	printf("127.0.0.1:%d\n", ntohs(a.sin_port));
	return fflush(stdout) ? -errno : 0;
}

static void report(const struct floor *f, const char *kind)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("{\"kind\": \"%s\", \"service\": \"%s\", \"datagrams\": %llu, "
	       "\"trains\": %llu, \"batches\": %llu, \"user_s\": %ld.%06ld, "
	       "\"system_s\": %ld.%06ld}\n",
		kind, f->echo ? "echo" : "discard",
		(unsigned long long)f->datagrams,
		(unsigned long long)f->trains_received,
		(unsigned long long)f->batches, u.ru_utime.tv_sec,
		u.ru_utime.tv_usec, u.ru_stime.tv_sec, u.ru_stime.tv_usec);
}

/* As in src/cli/process/streams.c: output must not go to the socket. */
static int open_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null",
				fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY) < 0)
			return -errno;
	return 0;
}

/* It ends with the program that started it, and after a while in any case: one
 * that spins, forgotten, would take a CPU for ever. */
static int end_in_time(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	alarm(LONGEST_S);
	return prctl(PR_SET_PDEATHSIG, SIGTERM) ? -errno : 0;
}

static bool is_said(int argc, char **argv, const char *word)
{
	for (int i = 4; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct floor f = {
		.echo = argc > 2 && strcmp(argv[2], "echo") == 0,
		.trains = is_said(argc, argv, "trains"),
		.spin = is_said(argc, argv, "spin"),
		.port = argc > 3 ? (uint16_t)atoi(argv[3]) : 0,
	};
	int error = -EINVAL;

	if (open_streams())
		return 1;
	for (size_t i = 0; argc > 3 && i < sizeof(kinds) / sizeof(*kinds);
		i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		f.trains = f.trains && kinds[i].trains;
		error = end_in_time();
		if (!error)
			error = open_socket(&f, kinds[i].client ? 0 : f.port);
		if (!error)
			error = kinds[i].run(&f);
		if (!error)
			report(&f, argv[1]);
	}
	if (error)
		fprintf(stderr,
			"floor: %s; floor recvfrom|mmsg|uring|ping "
			"echo|discard PORT [trains] [spin]\n",
			strerror(-error));
	return error ? 1 : 0;
}
