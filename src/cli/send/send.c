/* SPDX-License-Identifier: MIT */
/* The verb send: sends one datagram to one host, and prints the reply. */
#include "cli/send/asked.h"

#include "cli/args/verb.h"
#include "cli/print/say.h"
#include "cli/print/text.h"
#include "cli/process/exit.h"
#include "cli/process/privilege.h"
#include "cli/process/streams.h"
#include "core/clock.h"
#include "net/bind_hint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note_retry(
	const struct send_options *o, const struct send_result *r, uint64_t ns)
{
	if (isatty(STDERR_FILENO))
		say("no answer in %s, asking again (%u of "
		    "%u)",
			text_time((double)ns), r->tries, (unsigned)o->retries);
}

/* Asks and waits until there is a reply, an error, or no try left. */
static int ask(
	struct exchange *e, const struct send_options *o, struct send_result *r)
{
	uint64_t wait_ns = o->timeout_ns;

	for (;; wait_ns *= 2) {
		int n = exchange_ask(
			e, o->data, o->bytes, r->why, sizeof(r->why));

		if (n < 0)
			return n;
		r->after = e->local;
		if (r->tries++ == 0)
			send_report_after(o, r);
		n = exchange_wait(e, wait_ns, r->data, SEND_ROOM, &r->answer,
			r->why, sizeof(r->why));
		if (n != 0 || r->tries > o->retries)
			return n;
		note_retry(o, r, wait_ns);
	}
}

static void add_reason(struct send_result *r, const char *more)
{
	size_t n = strlen(r->why);

	snprintf(r->why + n, sizeof(r->why) - n, "%s", more);
}

/* The rule against amplification, see serve(1), which does not apply to
 * loopback. */
static bool is_too_short(const struct send_options *o)
{
	int answer = snprintf(NULL, 0, "Your data was %u bytes", o->bytes);

	return !address_is_loopback(&o->peer) && o->bytes < (uint32_t)answer;
}

static void say_silence(const struct exchange *e, const struct send_options *o,
	struct send_result *r)
{
	char peer[ADDRESS_TEXT], others[80], few[160];

	snprintf(r->why, sizeof(r->why),
		"%s did not answer in %s, asked %u time%s",
		address_format(&e->peer, peer), text_time(r->seconds * 1e9),
		r->tries, r->tries == 1 ? "" : "s");
	snprintf(others, sizeof(others),
		"; ignored %u datagram%s from other addresses", e->strangers,
		e->strangers == 1 ? "" : "s");
	if (e->strangers)
		add_reason(r, others);
	snprintf(few, sizeof(few),
		"; %u bytes may be too few: a udpmill server sends no reply "
		"longer than the request, unless its --allow names the source",
		o->bytes);
	if (is_too_short(o))
		add_reason(r, few);
}

static void judge(const struct exchange *e, const struct send_options *o,
	struct send_result *r, int got)
{
	r->answered = got > 0;
	if (got > 0) {
		r->outcome = "answered";
		r->exit_code = EXIT_OK;
	} else if (got == 0) {
		r->outcome = "timeout";
		r->exit_code = EXIT_NO_PEER;
		say_silence(e, o, r);
	} else {
		r->outcome = outcome_of(got);
		r->exit_code = (int)exit_of(got);
	}
	/* Whatever the error is, an ICMP message says that the network cannot
	 * deliver. */
	if (got < 0 && e->icmp && r->exit_code == EXIT_SYSTEM) {
		r->outcome = "unreachable";
		r->exit_code = EXIT_NO_PEER;
	}
}

static void run(const struct send_options *o, struct send_result *r)
{
	const struct exchange_config config = {
		.peer = o->peer,
		.bind = o->bind,
		.promiscuous = o->promiscuous,
	};
	struct exchange e;
	uint64_t start_ns;
	int got = exchange_init(&e, &config, r->why, sizeof(r->why));

	if (got == 0)
		got = privilege_drop(0, r->why, sizeof(r->why));
	if (got == 0) {
		r->before = e.local;
		send_report_before(o, r);
		start_ns = clock_ns();
		got = ask(&e, o, r);
		r->seconds = (double)(clock_ns() - start_ns) / 1e9;
	} else {
		add_reason(r, bind_hint(got, false));
	}
	judge(&e, o, r, got);
	exchange_fini(&e);
}

int verb_send(int argc, char **argv)
{
	struct send_options o = {
		.data = malloc(SEND_ROOM),
	};
	struct send_result r = {.data = malloc(SEND_ROOM)};
	int error = o.data && r.data ? 0 : -ENOMEM;

	if (!error)
		error = send_parse(&o, argc, argv);
	if (error) {
		say("%s", strerror(abs(error)));
		r.exit_code = EXIT_SYSTEM;
	} else {
		run(&o, &r);
		error = send_report_end(&o, &r);
		if (error) {
			streams_tell(error);
			r.exit_code = EXIT_SYSTEM;
		}
	}
	free(o.data);
	free(r.data);
	return r.exit_code;
}
