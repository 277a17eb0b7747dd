/* SPDX-License-Identifier: MIT */
/* Sends replies: each by the socket that its request came by. */
#include "backend/connected_state.h"

static uint32_t source(const struct connected *c, const struct message *m)
{
	uint32_t i = intake_index(&c->intake, m->peer);

	if (i >= c->intake.capacity || c->from[i] == CONNECTED_ASTRAY)
		return CONNECTED_LISTENER;
	return c->from[i];
}

/* Those in a row that leave by one socket. */
static int send_group(
	struct connected *c, uint32_t from, struct message *m, uint32_t n)
{
	bool connected = from != CONNECTED_LISTENER;

	c->outlet.resend.fd = connected ? c->peers.all[from].fd : c->listener;
	c->outlet.resend.connected = connected;
	return outlet_send(&c->outlet, m, n);
}

int connected_send(void *self, struct batch *b)
{
	struct connected *c = self;
	int error = 0;

	for (uint32_t i = 0, n; i < b->message_count && !error; i += n) {
		struct message *m = &b->messages[i];
		uint32_t from = source(c, m);

		for (n = 1; i + n < b->message_count; n++)
			if (source(c, &m[n]) != from)
				break;
		error = send_group(c, from, m, n);
	}
	if (!error)
		connected_accept(c, b);
	return error;
}
