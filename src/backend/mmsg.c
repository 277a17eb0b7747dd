/* SPDX-License-Identifier: MIT */
/*
 * A batch per call: recvmmsg(2) and sendmmsg(2), with GRO trains in and GSO
 * trains out. While trains come one by one, recvmsg(2) takes them and sendto(2)
 * answers: recvmmsg looks for another one after the first, and looking in vain
 * costs nearly as much as receiving.
 *
 * recvmmsg's timeout argument is not used, since it is only checked after a
 * datagram came (recvmmsg(2), BUGS). MSG_WAITFORONE with SO_RCVTIMEO waits for
 * the first datagram and takes what else is there.
 */
#include "backend/backends.h"
#include "backend/intake.h"
#include "backend/outlet.h"
#include "backend/wait.h"
#include "core/lone.h"

struct mmsg {
	struct wait wait;
	struct counters *counters;
	struct lone lone;
	struct intake intake;
	struct outlet outlet;
};

static int mmsg_probe(char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	return 0;
}

static int mmsg_init(void *self, const struct backend_config *config)
{
	struct mmsg *s = self;
	int error;

	wait_init(&s->wait, config);
	wait_prefer(&s->wait, config);
	s->counters = config->counters;
	error = intake_init(&s->intake, config);
	return error ? error : outlet_init(&s->outlet, config);
}

static int mmsg_recv(void *self, struct batch *b, int timeout_ms)
{
	struct mmsg *s = self;
	int flag = wait_flag(&s->wait, timeout_ms);
	int n;

	b->count = 0;
	if (flag < 0)
		return wait_over(&s->wait, b, flag);
	intake_reset(&s->intake);
	for (;;) {
		int again;

		counter_add(s->counters, COUNTER_RECV_CALLS, 1);
		n = intake_receive(&s->intake, s->wait.fd, flag, b,
			lone_expected(&s->lone));
		if (n >= 0)
			break;
		again = wait_failed(&s->wait, -n);
		if (again <= 0)
			return wait_over(&s->wait, b, again);
	}
	wait_worked(&s->wait);
	lone_note(&s->lone, (uint32_t)n);
	return n;
}

static int mmsg_send(void *self, struct batch *b)
{
	struct mmsg *s = self;

	return outlet_send(&s->outlet, b->messages, b->message_count);
}

static void mmsg_fini(void *self)
{
	struct mmsg *s = self;

	wait_fini(&s->wait);
	intake_fini(&s->intake);
	outlet_fini(&s->outlet);
	*s = (struct mmsg){0};
}

const struct backend_ops backend_mmsg = {
	.name = "mmsg",
	.brief = "a batch of trains per system call: recvmmsg, sendmmsg",
	.size = sizeof(struct mmsg),
	.gro = true,
	.recv_call = "recvmmsg or recvmsg",
	.send_call = "sendmmsg or sendto",
	.probe = mmsg_probe,
	.init = mmsg_init,
	.recv = mmsg_recv,
	.send = mmsg_send,
	.fini = mmsg_fini,
};
