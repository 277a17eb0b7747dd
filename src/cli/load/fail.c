/* SPDX-License-Identifier: MIT */
#include "cli/load/fail.h"

#include "cli/print/json.h"
#include "cli/print/say.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/streams.h"
#include "net/bind_hint.h"

#include <stdarg.h>
#include <string.h>

static const struct load_options *about;

void load_fail_begin(const struct load_options *o)
{
	about = o;
}

static const char *schema(void)
{
	return about->find_capacity ? "udpmill.capacity/1" : "udpmill.load/1";
}

/* Prints one document, if JSON was asked for. */
static void print_json(
	enum exit_code code, const char *outcome, const char *why)
{
	char remote[ADDRESS_TEXT];
	json_t *peer = json_null();
	int error;

	if (!about || !about->json)
		return;
	if (about->config.socket.remote.sa.sa_family)
		peer = json_string(
			address_format(&about->config.socket.remote, remote));
	error = json_write(stdout,
		json_pack("{s:s, s:s, s:o, s:{s:o}, s:s, s:i, s:s}", "schema",
			schema(), "version", UDPMILL_VERSION, "argv",
			json_argv("load", about->argc, about->argv), "config",
			"remote", peer, "outcome", outcome, "exit_code",
			(int)code, "error", why),
		JSON_REPORT);
	if (error)
		streams_tell(error);
}

void load_fail(enum exit_code code, const char *format, ...)
{
	va_list list;
	char why[512];

	va_start(list, format);
	vsnprintf(why, sizeof(why), format, list);
	va_end(list);
	print_json(code, code == EXIT_NO_PEER ? "unreachable" : "failed", why);
	say_exit(code, "%s", why);
}

int load_fail_tell(int error, const char *why)
{
	const struct load_options *o = about;
	enum exit_code code = exit_of(error);

	fprintf(stderr, "%sudpmill load: %s%s\n",
		style_terminal(stderr) ? "\r\033[K" : "", why,
		o->config.socket.bind.sa.sa_family ? bind_hint(error, false)
						   : "");
	print_json(code, outcome_of(error), why);
	return code;
}
