/* SPDX-License-Identifier: MIT */
#include "cli/process/exit.h"

#include <errno.h>
#include <stddef.h>

static const struct outcome {
	int error;
	enum exit_code code;
	const char *name;
} outcomes[] = {
	{ECONNREFUSED, EXIT_NO_PEER, "refused"},
	{ETIMEDOUT, EXIT_NO_PEER, "timeout"},
	/* According to ICMP, or because there is no route: nobody was
	 * reached. */
	{EHOSTUNREACH, EXIT_NO_PEER, "unreachable"},
	{ENETUNREACH, EXIT_NO_PEER, "unreachable"},
	{EHOSTDOWN, EXIT_NO_PEER, "unreachable"},
	{ENETDOWN, EXIT_NO_PEER, "unreachable"},
	{ENONET, EXIT_NO_PEER, "unreachable"},
	{ENOPROTOOPT, EXIT_NO_PEER, "unreachable"},
	{EPROTO, EXIT_NO_PEER, "unreachable"},
	/* A keyed server refuses, or is too old to understand the query. */
	{EREMCHG, EXIT_NO_PEER, "refused"},
	{EPROTONOSUPPORT, EXIT_NO_PEER, "refused"},
	{EINTR, EXIT_CLAIM, "interrupted"},
	{0, EXIT_SYSTEM, "failed"},
};

static const struct outcome *find(int error)
{
	const struct outcome *o = outcomes;

	while (o->error && o->error != -error)
		o++;
	return o;
}

enum exit_code exit_of(int error)
{
	return find(error)->code;
}

const char *outcome_of(int error)
{
	return find(error)->name;
}
