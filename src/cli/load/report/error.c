/* SPDX-License-Identifier: MIT */
#include "cli/load/report/error.h"

#include "cli/args/option.h"
#include "cli/load/report/report.h"
#include "cli/print/json.h"
#include "cli/print/style.h"
#include "cli/process/exit.h"
#include "cli/process/streams.h"

#include <errno.h>
#include <string.h>

static struct {
	const struct load_options *o;
	int argc;
	char **argv;
} about;

void load_error_begin(const struct load_options *o, int argc, char **argv)
{
	about.o = o;
	about.argc = argc;
	about.argv = argv;
}

static const char *schema(void)
{
	return about.o->find_capacity ? "udpmill.capacity/1" : "udpmill.load/1";
}

void load_error_json(enum exit_code code, const char *outcome, const char *why)
{
	char remote[ADDRESS_TEXT];
	json_t *peer = json_null();
	int error;

	if (!about.o || !about.o->json)
		return;
	if (about.o->config.remote.sa.sa_family)
		peer = json_string(
			address_format(&about.o->config.remote, remote));
	error = json_write(stdout,
		json_pack("{s:s, s:s, s:o, s:{s:o}, s:s, s:i, s:s}", "schema",
			schema(), "version", UDPMILL_VERSION, "argv",
			load_argv_json(about.argc, about.argv), "config",
			"remote", peer, "outcome", outcome, "exit_code",
			(int)code, "error", why),
		JSON_REPORT);
	if (error)
		streams_tell("udpmill load", error);
}

int load_error_tell(int error, const char *why)
{
	const struct load_options *o = about.o;
	enum exit_code code = outcome_code(error);

	fprintf(stderr, "%sudpmill load: %s%s\n",
		style_terminal(stderr) ? "\r\033[K" : "", why,
		o->config.bind.sa.sa_family ? option_bind_hint(error) : "");
	load_error_json(code, outcome_name(error), why);
	return code;
}
