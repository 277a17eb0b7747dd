/* SPDX-License-Identifier: MIT */
/* Which sockets show that a server is ready: tables as /proc/net/udp has
 * them. */
#include "sockets.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD                                                                   \
	"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when " \
	"retrnsmt   uid  timeout inode ref pointer drops\n"
#define REST                                                                   \
	" 00000000:00000000 00:00000000 00000000     0        0 5 2 "          \
	"ffff888003a2c000 0\n"
#define BOUND "  142: 0100007F:2968 00000000:0000 07" REST
#define OF_IPV6                                                                \
	" 1142: 00000000000000000000000000000000:2969 "                        \
	"00000000000000000000000000000000:0000 07" REST
#define CONNECTED "  143: 0100007F:296A 0100007F:0035 01" REST

Test(sockets, at_a_port_that_are_not_connected_are_found)
{
	const char *table = HEAD BOUND OF_IPV6 CONNECTED;

	cr_assert(sockets_have(table, 0x2968));
	cr_assert(sockets_have(table, 0x2969));
	cr_assert(!sockets_have(table, 0x296a), "it is connected");
	cr_assert(!sockets_have(table, 0x35), "that is a peer's");
	cr_assert(!sockets_have(HEAD, 0x2968));
	cr_assert(!sockets_have("", 0x2968));
	cr_assert(!sockets_have("\n\nfoo\n1: x:y\n", 0));
}

Test(sockets, of_this_process_are_found)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert(fd >= 0);
	cr_assert(bind(fd, (struct sockaddr *)&at, bytes) == 0);
	cr_assert(getsockname(fd, (struct sockaddr *)&at, &bytes) == 0);
	cr_assert(sockets_are_open(getpid(), ntohs(at.sin_port)));
	cr_assert(close(fd) == 0);
	cr_assert(!sockets_are_open(-1, ntohs(at.sin_port)));
}
